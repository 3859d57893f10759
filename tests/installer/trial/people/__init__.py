"""The simulated person of the trial: what is let into the kiosk, and how."""
