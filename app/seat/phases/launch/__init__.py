"""Choosing a session, signing in, checks and release."""
