"""Environment checks: what was seen on this PC, whether that is clear, and what could not be told."""
