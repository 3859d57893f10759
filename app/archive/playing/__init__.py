"""Opening sealed recordings to be watched: pictures, sound, and the way to any moment."""

from app.archive.playing.source import PlayingSource

__all__ = ["PlayingSource"]
