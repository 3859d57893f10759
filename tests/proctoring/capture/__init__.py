"""Tests of what is watched, recorded and kept."""
