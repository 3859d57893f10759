"""Proctors' screens: PINs, the corner and its forms, an exam that was ended."""
