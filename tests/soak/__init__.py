"""A long recording of a clapperboard, and what became of every picture and every sample of it."""
