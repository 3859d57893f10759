"""Screens of admission: number, photo and live picture, recording notice."""
