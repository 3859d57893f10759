"""The cabinet: documents by name, figures that never go back, wrong PINs that survive a restart."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.replica.cabinet import FURTHEST_AHEAD_MS, DocumentKind, PinFailure
from sync.replica.database import Replica

NOW_MS = 1_795_000_000_000
FOURTEEN_YEARS_MS = NOW_MS + 14 * FURTHEST_AHEAD_MS
AROUND = (NOW_MS + years * FURTHEST_AHEAD_MS for years in (-2, -1, 0, 1, 2, 14))
TIMES = st.sampled_from([0, 1, *(year_ms + ms for year_ms in AROUND for ms in (-1, 0, 1))])


def test_a_document_is_kept_replaced_and_forgotten(replica: Replica) -> None:
    cabinet = replica.cabinet
    cabinet.put_document(DocumentKind.PLAN, "a", b"one", 1)
    cabinet.put_document(DocumentKind.PLAN, "a", b"two", 2)
    cabinet.put_document(DocumentKind.RELEASE, "a", b"other kind", 3)
    assert cabinet.document(DocumentKind.PLAN, "a") == b"two"
    cabinet.remove_document(DocumentKind.PLAN, "a")
    assert cabinet.document(DocumentKind.PLAN, "a") is None
    assert cabinet.document(DocumentKind.RELEASE, "a") == b"other kind"


def test_the_newest_name_comes_first(replica: Replica) -> None:
    for name, at in (("old", 1), ("new", 3), ("middle", 2)):
        replica.cabinet.put_document(DocumentKind.PLAN, name, b"", at)
    assert replica.cabinet.names(DocumentKind.PLAN) == ["new", "middle", "old"]


def test_the_highest_signed_time_never_goes_back(replica: Replica) -> None:
    assert replica.cabinet.highest_signed_ms() == 0
    for seen, expected in ((100, 100), (50, 100), (101, 101)):
        assert replica.cabinet.raise_highest_signed_ms(seen, 0)
        assert replica.cabinet.highest_signed_ms() == expected


@settings(max_examples=15)
@given(st.lists(st.tuples(TIMES, TIMES), max_size=8), TIMES)
@example([(FOURTEEN_YEARS_MS, NOW_MS), (NOW_MS, 0)], NOW_MS)
def test_a_signed_time_of_a_wrong_clock_counts_for_nothing_and_is_said_until_one_is_right(
    seen: list[tuple[int, int]], enrolled_ms: int
) -> None:
    with TemporaryDirectory() as folder, Replica.open(Path(folder) / "replica.db", bytes(32)) as replica:
        cabinet = replica.cabinet
        cabinet.set_enrolled_ms(enrolled_ms)
        highest_ms = 0
        for signed_ms, wall_ms in seen:
            right = signed_ms <= max(wall_ms, highest_ms, enrolled_ms) + FURTHEST_AHEAD_MS
            assert cabinet.raise_highest_signed_ms(signed_ms, wall_ms) == right
            highest_ms = max(highest_ms, signed_ms) if right else highest_ms
            assert cabinet.highest_signed_ms() == highest_ms
            assert cabinet.refused_signed_ms() == (None if right else signed_ms)


def test_wrong_pins_are_still_counted_after_a_restart(tmp_path: Path, key: bytes) -> None:
    failure = PinFailure("boot", 10, 20)
    for expected in ([failure], [failure, failure]):
        with Replica.open(tmp_path / "replica.db", key) as replica:
            replica.cabinet.record_pin_failure("proctor", failure)
            assert replica.cabinet.pin_failures("proctor") == expected
    with Replica.open(tmp_path / "replica.db", key) as replica:
        replica.cabinet.clear_pin_failures("proctor")
        assert replica.cabinet.pin_failures("proctor") == []
