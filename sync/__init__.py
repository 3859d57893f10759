"""The ground floor: what enters or leaves the machine, and why it is believed."""
