"""What a check finds: a code, the items it is about, and the facts that fill its words (`[bank_check.CODE]`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Severity(StrEnum):
    """How bad a finding is: must not be used, look at it, or just know it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """Everything that can be found."""

    REJECTED = "rejected"

    CONTRADICTING_KEYS = "contradicting_keys"
    RIGHT_AND_WRONG = "right_and_wrong"
    OPPOSITES_SAME_KEY = "opposites_same_key"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    NEAR_UNLISTED = "near_unlisted"

    NO_KEY = "no_key"
    KEY_NO_OPTION = "key_no_option"
    KEY_TOO_MANY = "key_too_many"
    KEY_NOT_GIVEABLE = "key_not_giveable"
    MAPPING_NO_OPTION = "mapping_no_option"
    ALL_RIGHT = "all_right"
    ONE_RIGHT = "one_right"
    TRUE_FALSE_BALANCE = "true_false_balance"
    KEY_POSITION = "key_position"

    RULES_REFUSED = "rules_refused"
    MAX_UNREACHABLE = "max_unreachable"
    MAX_EXCEEDED = "max_exceeded"
    MAX_NOT_FOUND = "max_not_found"
    KEY_SCORES_NOTHING = "key_scores_nothing"
    KEY_BELOW_MAX = "key_below_max"
    MAX_UNKNOWN = "max_unknown"
    WRONG_PAID = "wrong_paid"
    DEFAULT_PAID = "default_paid"
    CANNOT_FAIL = "cannot_fail"
    CAN_BE_NEGATIVE = "can_be_negative"
    BY_PERSON = "by_person"

    MEDIUM_MISSING = "medium_missing"
    MEDIUM_UNUSED = "medium_unused"
    NO_DESCRIPTION = "no_description"
    DESCRIPTION_TELLS = "description_tells"
    PICTURE_SMALL = "picture_small"
    PICTURE_LARGE = "picture_large"

    SCROLLS = "scrolls"
    STIMULUS_SCROLLS = "stimulus_scrolls"
    KEY_LONGEST = "key_longest"

    ONLY_CHINESE = "only_chinese"
    ONLY_ENGLISH = "only_english"
    UNTRANSLATED = "untranslated"
    HALF_WIDTH = "half_width"
    FULL_WIDTH = "full_width"
    BRACKETS = "brackets"
    PLACEHOLDER = "placeholder"
    PICTURE_SPOKEN_OF = "picture_spoken_of"

    SET_OF_ONE = "set_of_one"
    ENEMIES_OF_ONE = "enemies_of_one"
    BLUEPRINT_SHORT = "blueprint_short"
    BLUEPRINT_UNDRAWN = "blueprint_undrawn"
    FEW_FORMS = "few_forms"
    OFTEN_SEEN = "often_seen"


_ERRORS: Final = frozenset(
    {
        Code.REJECTED,
        Code.CONTRADICTING_KEYS,
        Code.NO_KEY,
        Code.KEY_NO_OPTION,
        Code.KEY_TOO_MANY,
        Code.KEY_NOT_GIVEABLE,
        Code.RULES_REFUSED,
        Code.MAX_UNREACHABLE,
        Code.KEY_SCORES_NOTHING,
        Code.MEDIUM_MISSING,
        Code.BLUEPRINT_SHORT,
        Code.BLUEPRINT_UNDRAWN,
    }
)
_WARNINGS: Final = frozenset(
    {
        Code.RIGHT_AND_WRONG,
        Code.OPPOSITES_SAME_KEY,
        Code.DUPLICATE,
        Code.NEAR_DUPLICATE,
        Code.NEAR_UNLISTED,
        Code.MAPPING_NO_OPTION,
        Code.MAX_EXCEEDED,
        Code.MAX_NOT_FOUND,
        Code.MAX_UNKNOWN,
        Code.WRONG_PAID,
        Code.DEFAULT_PAID,
        Code.KEY_BELOW_MAX,
        Code.CANNOT_FAIL,
        Code.NO_DESCRIPTION,
        Code.DESCRIPTION_TELLS,
        Code.UNTRANSLATED,
        Code.BRACKETS,
        Code.PLACEHOLDER,
        Code.PICTURE_SPOKEN_OF,
    }
)
_NOTHING: Final[Mapping[str, str | int]] = MappingProxyType({})


@dataclass(frozen=True)
class Finding:
    """One thing found. `facts` are short: what stands in a sentence; percentages and counts are whole numbers."""

    code: Code
    items: tuple[str, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=lambda: _NOTHING)

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        if self.code in _ERRORS:
            return Severity.ERROR
        return Severity.WARNING if self.code in _WARNINGS else Severity.NOTE


def excerpt(text: str, most: int = 40) -> str:
    """Give the beginning of a text in one line, for a fact."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
