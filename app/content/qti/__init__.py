"""QTI 3 content packages, and 2.1 and 2.2 renamed into them."""
