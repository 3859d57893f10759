"""What a candidate can do with an item, one widget for each interaction."""
