"""All commands about content: importing a module adds its command to the group."""

from app.cli.content import checking as checking
from app.cli.content import scoring as scoring
from app.cli.content.group import app

__all__ = ["app"]
