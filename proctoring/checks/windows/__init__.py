"""Checks of a Windows PC: the same names and verdicts as on Linux, seen through the door to Windows."""
