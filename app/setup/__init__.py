"""First run: from an installed program to a ready seat, by a wizard or by an answer file."""
