"""The kiosk's session: a display of its own, the kiosk on it, and whoever starts both again."""
