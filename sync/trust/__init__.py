"""Why anything is believed: keys, signatures, seals, proofs, and the pin they all hang from."""
