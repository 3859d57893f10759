"""All commands about content: importing a module adds its command to the group."""

from app.cli.content import (
    assembling,
    checking,
    exporting,
    gallery,
    importing,
    previewing,
    removing,
    scoring,
    template,
)
from app.cli.content.group import app

__all__ = [
    "app",
    "assembling",
    "checking",
    "exporting",
    "gallery",
    "importing",
    "previewing",
    "removing",
    "scoring",
    "template",
]
