"""The top floor: the programs people start."""
