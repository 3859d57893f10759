"""How long the disk lasts, and that a full one only alarms."""

from dataclasses import replace

from proctoring.vault.retention.forecast import Kept, forecast
from proctoring.vault.retention.standing import DAY_MS, State
from tests.sync.trust.world import NOW_MS

GB = 1_000_000_000
KEPT = [
    Kept(
        f"recording-{number}",
        f"session-{number // 10}",
        GB // 2,
        7_200_000,
        NOW_MS + 1000 * DAY_MS,
        False,
        State.RETAINED,
    )
    for number in range(40)
]


def test_this_disk_lasts_41_sessions() -> None:
    found = forecast(KEPT, 41 * 5 * GB + GB, NOW_MS)
    assert found.sessions == 41
    assert found.recordings_per_session == 10
    assert found.bytes_per_hour == GB // 4
    assert not found.full


def test_what_expires_soon_is_told_and_not_counted_in() -> None:
    soon = [replace(one, retain_until_ms=NOW_MS + DAY_MS) for one in KEPT[:4]]
    held = [replace(one, held=True) for one in soon]
    assert forecast([*soon, *KEPT[4:]], 0, NOW_MS).expected_bytes == 2 * GB
    assert forecast([*held, *KEPT[4:]], 0, NOW_MS).expected_bytes == 0
    assert forecast([*soon, *KEPT[4:]], 0, NOW_MS).sessions == 0


def test_without_room_for_one_session_it_is_full() -> None:
    assert forecast(KEPT, 5 * GB - 1, NOW_MS).full


def test_what_nobody_can_tell_is_not_made_up() -> None:
    assert forecast(KEPT, None, NOW_MS).sessions is None
    empty = forecast([], 7 * GB, NOW_MS)
    assert (empty.sessions, empty.bytes_per_hour, empty.full) == (None, None, False)


def test_what_was_destroyed_takes_no_room() -> None:
    gone = [replace(one, state=State.DESTROYED) for one in KEPT]
    assert forecast(gone, GB, NOW_MS).bytes_per_session is None
