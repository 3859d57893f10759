"""Screens of the end: sealing, result, reconciliation, room record."""
