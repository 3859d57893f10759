"""The middle floor: what is watched, recorded and kept."""
