"""The candidate sits: items, saving, time, the recorder watched, texts read aloud."""
