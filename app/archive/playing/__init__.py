"""Opening sealed recordings to be watched: pictures, sound, and the way to any moment."""
