"""Can this PC write what it has to show? Which characters of a plan no font here has."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from app.ui import tokens
from sync.wire.plan import SessionPlan

_CHINESE: Final = "考试姓名准证号题"
_RAW_PX: Final = 16


def chinese_family() -> str | None:
    """Name the first of our fonts that has Chinese characters, else any font that has; None if there is none."""
    known = QFontDatabase.families()
    ours = [family for family in tokens.FAMILIES if family in known]
    return next((family for family in (*ours, *known) if not _lacking(family, _CHINESE)), None)


def undrawable(plan: SessionPlan) -> tuple[str, ...]:
    """Give the characters of names and titles that no font here has, each once, in order.

    A character that is missing is drawn as an empty box: nobody would know the person by it.
    """
    left = sorted(set("".join(_shown(plan))) - set(" \u3000"))
    ours = [family for family in tokens.FAMILIES if family in QFontDatabase.families()]
    for family in (*ours, *QFontDatabase.families()):
        if not left:
            break
        left = _lacking(family, left)
    return tuple(left)


def _shown(plan: SessionPlan) -> Iterable[str]:
    yield from (plan.exam_title.zh, plan.exam_title.en, plan.site, plan.room)
    yield from (entry.name for entry in plan.roster)
    yield from (entry.name for entry in plan.proctors)


def _lacking(family: str, characters: Iterable[str]) -> list[str]:
    font = QFont(family)
    font.setPixelSize(_RAW_PX)
    raw = QRawFont.fromFont(font)
    return [character for character in characters if not raw.supportsCharacter(ord(character))]
