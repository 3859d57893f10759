"""Debian packages of the programs, built from the lock so that two builds give equal bytes."""
