"""What an import left out or changed, as data; the words are under `[content_import.warning]` in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.content.bank import NoteKind


class WarningKind(StrEnum):
    """What a keeper should know of a source although it can be used, beside what `NoteKind` says of a bank."""

    DESCRIPTION = "description"
    FEEDBACK = "feedback"
    HINTS = "hints"
    GRADER_NOTES = "grader_notes"
    RESPONSE_TEMPLATE = "response_template"
    WORD_LIMITS = "word_limits"
    HIDDEN_ITEM = "hidden_item"
    UNITS = "units"
    HIDDEN_SHEET = "hidden_sheet"
    SHEET_NOT_READ = "sheet_not_read"
    COLUMNS_NOT_READ = "columns_not_read"
    HIDDEN_ROW = "hidden_row"
    LOOKS_LIKE_HTML = "looks_like_html"
    EXPLANATIONS = "explanations"
    MARKS = "marks"
    PICTURE_UNDESCRIBED = "picture_undescribed"
    PICTURE_OF_NO_ITEM = "picture_of_no_item"
    PICTURE_OF_ONE_OPTION = "picture_of_one_option"
    CHART_NOT_READ = "chart_not_read"
    TEXT_BOX_NOT_READ = "text_box_not_read"
    SHAPE_NOT_READ = "shape_not_read"
    HIDDEN_DRAWING = "hidden_drawing"
    COMMENTS_NOT_READ = "comments_not_read"
    ROWS_PASSED_OVER = "rows_passed_over"
    BLUEPRINT_BEYOND = "blueprint_beyond"


@dataclass(frozen=True)
class SourceWarning:
    """One such thing: where ("bank.gift:12", or the source as a whole) and the facts that its words need.

    `reason` is one English line, mostly empty; `app.words.reasons` has it in Chinese.
    """

    kind: WarningKind | NoteKind
    place: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    reason: str = ""
