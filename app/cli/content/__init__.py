"""The commands about content."""
