"""The packages tried out: `make test-package`. A clean Debian without a network, and everything a seat's life has."""
