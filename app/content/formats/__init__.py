"""Older formats that banks are kept in."""
