"""How the programs get onto a PC: packages, installation trials; no part of the programs themselves."""
