"""What counts as a character: a text that is typed must be one that a document can carry (XML 1.0, section 2.2)."""

import re
from typing import Final

from PySide6.QtGui import QValidator

NO_CHARACTER: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
"""Controls but tabulator and line feed, and two of what Unicode will never make a character of."""
_NOT_IN_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")


class LineValidator(QValidator):
    """Takes out of a line, before anybody is told of a change, what is no character; tabs and line feeds, too."""

    def validate(self, text: str, cursor: int) -> tuple[QValidator.State, str, int]:
        """Let every text stand, without what is no character. The cursor counts UTF-16 units, as Qt does."""
        before = text.encode("utf-16-le")[: 2 * cursor].decode("utf-16-le", "ignore")
        dropped = len(_NOT_IN_A_LINE.findall(before))  # one unit each
        return QValidator.State.Acceptable, _NOT_IN_A_LINE.sub("", text), cursor - dropped
