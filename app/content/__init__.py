"""Banks in, packages out: QTI 3 is read into items, items are sealed into a package and opened again."""
