"""What was tried against the lock-down: each attack by name, against a real window on a real display server."""
