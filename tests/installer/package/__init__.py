"""The packages: what goes in, what it says of itself, and that it is always the same."""
