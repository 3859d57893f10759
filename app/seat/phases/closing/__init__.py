"""The end of a sitting and of a session."""
