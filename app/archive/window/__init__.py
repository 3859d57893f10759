"""The archive window."""
