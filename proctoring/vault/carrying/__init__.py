"""What leaves an archive: playable files and bundles for people outside, on registered media."""
