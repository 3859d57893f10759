"""A bank sealed item by item, and opened again."""
