"""The lock-down of a Linux PC run by systemd: its steps, and the way to what runs."""
