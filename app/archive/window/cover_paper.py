"""An export's cover sheet on paper's size: an A4 PDF in Chinese and English."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtGui import QGuiApplication, QTextDocument

from app.archive.cover import Sheet, Tongues, instructions, sheet_of
from app.ui.paper import Printed, begin, heading, line, print_paper, table
from proctoring.vault.carrying.request import CoverFacts
from sync.software import software

COVER: Final = "cover.pdf"
README: Final = "README.txt"
_FACT_WIDTHS: Final = (24, 76)
_RECORDING_WIDTHS: Final = (37, 11, 16, 36)
_LEFT_OUT_WIDTHS: Final = (40, 60)
_SIGNATURE_WIDTHS: Final = (34, 33, 33)
_ROOM_TO_SIGN: Final = "\n\n\n"


def export_papers(facts: CoverFacts) -> Mapping[str, bytes]:
    """Make an export's files for people, by their names; without a screen if the program has none."""
    application = QGuiApplication.instance() or QGuiApplication(["examroom", "-platform", "offscreen"])
    say = Tongues.both()
    papers = {COVER: print_cover(facts, say).pdf, README: instructions(facts, say).encode()}
    del application  # it has to live until the paper is printed
    return papers


def print_cover(facts: CoverFacts, say: Tongues) -> Printed:
    """Lay the cover sheet out on A4."""
    sheet = sheet_of(facts, say)

    def foot(page: int, pages: int) -> str:
        counted = (words("room.paper.page", page=page, pages=pages) for words in (say.zh, say.en))
        return " · ".join((facts.export, *counted))

    return print_paper(facts.export, software(), lambda document: _fill(document, sheet, say), foot)


def _fill(document: QTextDocument, sheet: Sheet, say: Tongues) -> None:
    cursor = begin(document, say.zh("export.cover.title"), say.en("export.cover.title"))
    for remark in sheet.remarks:
        line(cursor, remark, bold=True)
    table(cursor, _FACT_WIDTHS, sheet.facts, heads=0)
    heading(cursor, say("export.cover.recordings", count=len(sheet.recordings)))
    table(cursor, _RECORDING_WIDTHS, (sheet.heads, *sheet.recordings), small=(3,))
    if sheet.left_out:
        heading(cursor, say("export.cover.left_out", count=len(sheet.left_out)))
        table(cursor, _LEFT_OUT_WIDTHS, sheet.left_out, heads=0)
    heading(cursor, say("export.cover.signatures"))
    table(cursor, _SIGNATURE_WIDTHS, (sheet.signers, (_ROOM_TO_SIGN,) * len(sheet.signers)))
    line(cursor, say.zh("export.cover.how"), small=True)
    line(cursor, say.en("export.cover.how"), small=True)
