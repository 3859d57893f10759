"""Widgets that are made after their screen was dressed: as many lines as there are things to show."""

from PySide6.QtWidgets import QWidget

from app.ui.look import Look, Looked


def hand_look(widget: QWidget, look: Look) -> None:
    """Let a widget and all in it wear the screen's look."""
    for child in (widget, *widget.findChildren(QWidget)):
        if isinstance(child, Looked):
            child.set_look(look)
