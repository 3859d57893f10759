"""HTTPS services of ours: the server, and how request bodies are taken in."""
