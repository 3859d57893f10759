"""Recordings to play: made once by a real recorder with openly simulated sources."""

from tests.proctoring.conftest import recorded, seat

__all__ = ["recorded", "seat"]
