"""The doctor's page: A4, one page, to be signed and kept with the room's papers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from PySide6.QtGui import QGuiApplication, QTextDocument

from app.exam.prose import Language
from app.seat.doctor.diagnosis import Diagnosis, Line, Standing
from app.ui.paper import Printed, begin, heading, line, print_paper, table
from app.ui.text import Text, say
from app.words import Words
from sync.software import software

_WIDTHS: Final = (14, 22, 64)
_BETWEEN: Final = " · "
_MOST_EVIDENCE: Final = 3
_MOST_ROWS: Final = 24
"""More would fit on no page, and Qt's time for a table grows with its square."""


def print_page(diagnosis: Diagnosis, language: Language) -> Printed:
    """Lay the diagnosis out on one A4 page. What does not fit is counted on it, the worst is never left out first.

    Raises RuntimeError if not even an empty list of findings fits, which would be a defect of ours.
    """
    application = QGuiApplication.instance() or QGuiApplication(["examroom", "-platform", "offscreen"])
    words = Words(language)
    laid_out = (_print(diagnosis, told, words) for told in _ever_shorter(diagnosis))
    printed = next((one for one in laid_out if one.pages == 1), None)
    del application  # it has to live until the page is laid out
    if printed is None:
        raise RuntimeError("the page is longer than a page")
    return printed


def _ever_shorter(diagnosis: Diagnosis) -> Iterator[tuple[Line, ...]]:
    """Give what is told, with ever less evidence, then ever fewer lines; the weightiest keep theirs the longest."""
    told = diagnosis.told[:_MOST_ROWS]
    yield tuple(replace(one, evidence=one.evidence[:_MOST_EVIDENCE]) for one in told)
    yield tuple(replace(one, evidence=one.evidence[:1]) for one in told)
    heavy = tuple(one if one.standing is Standing.BLOCKED else replace(one, evidence=()) for one in told)
    yield tuple(replace(one, evidence=one.evidence[:1]) for one in heavy)
    yield tuple(_brief(one) if one.standing is Standing.NOTE else one for one in heavy)
    brief = tuple(_brief(one) for one in told)
    count = len(brief)
    while count:
        yield brief[:count]
        count = count * 4 // 5  # every try is a whole layout
    yield ()


def _brief(line: Line) -> Line:
    return replace(line, evidence=(), meaning=None)


def _print(diagnosis: Diagnosis, told: tuple[Line, ...], words: Words) -> Printed:
    title = words("doctor.page.title")
    made = f"{datetime.fromtimestamp(diagnosis.made_ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M}"

    def fill(document: QTextDocument) -> None:
        other = Words(Language.EN if words.language is Language.ZH else Language.ZH)
        cursor = begin(document, title, other("doctor.page.title"))
        line(cursor, say(diagnosis.verdict, words), bold=True)
        line(cursor, words("doctor.page.facts", seat=diagnosis.seat_label or "—", at=made, software=software()))
        if told:
            heading(cursor, words("doctor.page.told"))
            heads = [words(f"doctor.page.{head}") for head in ("standing", "check", "said")]
            table(cursor, _WIDTHS, [heads, *([*_cells(one, words)] for one in told)])
        left = len(diagnosis.told) - len(told)
        if left:
            line(cursor, words("doctor.page.left", count=left), small=True)
        if well := diagnosis.of(Standing.GOOD):
            heading(cursor, words("doctor.page.good", count=len(well)))
            line(cursor, _BETWEEN.join(say(one.name, words) for one in well), small=True)
        line(cursor, "")
        line(cursor, words("doctor.page.signature"))

    return print_paper(title, software(), fill, lambda _page, _pages: words("doctor.page.foot", at=made))


def _cells(one: Line, words: Words) -> Iterator[str]:
    yield words(f"doctor.standing.{one.standing.value}")
    yield say(one.name, words)
    parts: tuple[Text | None, ...] = (one.seen, one.meaning, one.remedy)
    yield "\n".join((*(say(part, words) for part in parts if part is not None), *one.evidence))
