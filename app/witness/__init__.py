"""A witness of transparency logs: it cosigns heads that continue what it has seen."""
