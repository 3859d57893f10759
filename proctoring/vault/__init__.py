"""Kept recordings, from the sealed file to the day they may be destroyed."""
