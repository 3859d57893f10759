"""Days as people type them, and what they mean: the day that is typed is the day that is shown.

The same in the window and in the terminal. A day is one of the calendar at the site, where this machine stands. What is
kept until a day, due back by it, or looked at again by it is so to the end of that day.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sync.faults import Refused

MOST_REVIEW_YEARS: Final = 5
"""So far ahead a hold is looked at again at the latest; a later day is a slip, or a hold that nobody looks at."""
EXAMPLE_LENGTH: Final = len("2026-11-22")
_YEARS: Final = range(1970, 9999)  # one less than a calendar has: a moment of its last day is no date elsewhere
_WRITTEN: Final = re.compile(
    r"(?P<year>[0-9]{4}) ?(?P<mark>[-/.年]) ?(?P<month>[0-9]{1,2}) ?(?P<next>[-/.月]) ?(?P<day>[0-9]{1,2}) ?日?"
)


class ReviewDateRefused(Refused):
    """The day on which a hold is looked at again is over, or years away. Facts: `first`, `last`."""

    code = "REVIEW_DATE_REFUSED"


def day_typed(text: str) -> date | None:
    """Read 2026-11-22, 2026/11/22, 2026.11.22 or 2026年11月22日, full-width too; None: it is no day."""
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or (found["mark"] == "年") is not (found["next"] == "月"):
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def begins_ms(day: date) -> int:
    """Give the first moment of a day here, ms since 1970 (UTC)."""
    return round(datetime.combine(day, time()).astimezone(UTC).timestamp() * 1000)


def ends_ms(day: date) -> int:
    """Give the last second of a day here, ms since 1970 (UTC)."""
    return round(datetime.combine(day, time(23, 59, 59)).astimezone(UTC).timestamp() * 1000)


def day_of(ms: int) -> date:
    """Give the day here that a moment belongs to."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().date()


def review_days(now_ms: int) -> tuple[date, date]:
    """Give the first and the last day on which a hold that is set now may be looked at again."""
    today = day_of(now_ms)
    return today, today + timedelta(days=round(365.25 * MOST_REVIEW_YEARS))


def review_ms(day: date, now_ms: int) -> int:
    """Give the end of the day on which a hold is looked at again.

    Raises:
        ReviewDateRefused: it is over, or more than `MOST_REVIEW_YEARS` away.
    """
    first, last = review_days(now_ms)
    if not first <= day <= last:
        raise ReviewDateRefused(first=f"{first}", last=f"{last}")
    return ends_ms(day)
