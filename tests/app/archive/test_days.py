"""Days as people type them: read however they are written, and shown again as they were typed."""

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.archive.days import (
    MOST_REVIEW_YEARS,
    ReviewDateRefused,
    begins_ms,
    day_of,
    day_typed,
    ends_ms,
    review_days,
    review_ms,
)
from app.archive.window.sayings import day
from app.cli.archive_words import date_words

ZONES = ("Asia/Shanghai", "America/New_York", "UTC", "Pacific/Kiritimati")
SUNDAY = date(2026, 11, 22)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.setenv("TZ", before) if before is not None else monkeypatch.delenv("TZ")
    time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        " 2026/11/22 ",
        "2026.11.22",
        "2026年11月22日",
        "２０２６－１１－２２",
        "２０２６年１１月２２日",
        "2026 年 11 月 22 日",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert day_typed(text) == SUNDAY


@pytest.mark.parametrize(
    "text",
    ["", "2026-11", "2026-13-01", "2026-02-29", "22.11.2026", "2026年11-22", "tomorrow", "9999-12-31", "1969-12-31"],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_typed(text) is None


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("typed", ["2026-11-22", "2026-03-08", "2026-11-01", "2028-02-29", "9998-12-31", "1970-01-02"])
def test_the_day_that_is_typed_is_the_day_that_is_shown_wherever_the_site_is(typed: str) -> None:
    read = day_typed(typed)
    assert read is not None
    assert {day(ends_ms(read)), date_words(ends_ms(read)), f"{day_of(ends_ms(read))}"} == {typed}
    assert {day(begins_ms(read)), date_words(begins_ms(read))} == {typed}
    assert day(ends_ms(read) + 1_000) != typed


@given(ahead=st.integers(-400, 365 * 12))
def test_a_hold_is_reviewed_from_today_on_and_within_years(ahead: int) -> None:
    now_ms = begins_ms(SUNDAY) + 9 * 3_600_000
    first, last = review_days(now_ms)
    assert (first, (last - first).days // 365) == (SUNDAY, MOST_REVIEW_YEARS)
    asked = SUNDAY + timedelta(days=ahead)
    if first <= asked <= last:
        assert review_ms(asked, now_ms) == ends_ms(asked) > now_ms
    else:
        with pytest.raises(ReviewDateRefused):
            review_ms(asked, now_ms)
