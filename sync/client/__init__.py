"""What a seat says to the registry. Nothing that comes back is believed unverified."""
