"""Lock-down of a Windows PC: a desktop of its own, the watch over keys and windows, policies, and the way back."""
