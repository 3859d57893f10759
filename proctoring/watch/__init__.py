"""Flags from picture and sound: only a hint with its time, for a person to look at."""
