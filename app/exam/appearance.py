"""How a person wants to read: language, text size, colours, space between lines, and whether anything may move."""

from dataclasses import dataclass
from enum import StrEnum

from app.exam.prose import Language
from sync.wire.plan import Theme


class Spacing(StrEnum):
    """The space between lines of exam text."""

    NORMAL = "normal"
    WIDE = "wide"
    WIDER = "wider"


@dataclass(frozen=True)
class Appearance:
    """What the screens look like for one person; `text_percent` from 100 to 200."""

    language: Language = Language.ZH
    text_percent: int = 100
    theme: Theme = Theme.LIGHT
    spacing: Spacing = Spacing.NORMAL
    reduced_motion: bool = False
