"""Tests of what changes a seat's programs, and of a seat's end."""
