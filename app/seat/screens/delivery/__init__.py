"""Screens of the sitting: item, answer card, review, practice."""
