"""The wizard: one thing a page, the same steps as by an answer file."""
