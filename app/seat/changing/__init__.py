"""The programs of a seat change: whether they may now, how a newer one is put in, and how a seat ends for good."""
