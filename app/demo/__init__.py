"""The demonstration: an embedded registry, a seat, and (without a person) a simulated candidate."""
