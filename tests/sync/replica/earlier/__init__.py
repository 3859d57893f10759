"""Replica files as every version of the program wrote them, and what writes one."""
