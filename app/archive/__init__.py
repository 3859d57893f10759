"""The site administrators' side of kept recordings: find, play, keep, hand out."""
