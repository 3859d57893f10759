"""What the four ways in for media have in common: how they refuse."""

from app.content.bank import BankRefused


class MediumRefused(ValueError):  # noqa: N818 - "refused" is the word of the house
    """A picture, formula, drawing or clip is not let in.

    `reason` is one English line for the log and the report of an import, without a place: who asked knows that.
    `name` is the part that is not supported (an element, a codec, a kind of file), empty if it is none.
    """

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name


class FormulaRefused(BankRefused):
    """A formula cannot be drawn as it was meant; the fact `name` is the part that is not supported."""

    code = "BANK_FORMULA"


class ClipRefused(BankRefused):
    """A clip is in no open codec, too large or too long, or damaged; the fact `name` is its path."""

    code = "BANK_CLIP"
