"""The doctor: everything about this seat that can be known the day before, said so that somebody can mend it."""
