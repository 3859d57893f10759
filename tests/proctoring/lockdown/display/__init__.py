"""The watch over the display, on real display servers."""
