"""Screens before the start: sessions, signing in, checks and release."""
