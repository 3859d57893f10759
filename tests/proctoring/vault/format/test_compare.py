from hypothesis import given
from hypothesis import strategies as st

from proctoring.vault.format.compare import compare
from proctoring.vault.format.report import FindingCode
from sync.trust.merkle import leaf_hash

LEAVES = [leaf_hash(bytes([number])) for number in range(12)]
STRANGE = leaf_hash(b"strange")


def named(seen: list[bytes]) -> list[tuple[FindingCode, int | None]]:
    return [(finding.code, finding.record) for finding in compare(3, LEAVES, seen)]


def test_equal_records_differ_in_nothing() -> None:
    assert named(list(LEAVES)) == []


@given(st.integers(0, 11))
def test_a_changed_record_is_named(index: int) -> None:
    assert named([*LEAVES[:index], STRANGE, *LEAVES[index + 1 :]]) == [(FindingCode.RECORD_CHANGED, index)]


@given(st.integers(0, 10))
def test_a_removed_record_is_named(index: int) -> None:
    assert named([*LEAVES[:index], *LEAVES[index + 1 :]]) == [(FindingCode.RECORD_REMOVED, index)]


@given(st.integers(0, 11))
def test_a_cut_end_is_named_by_its_first_missing_record(index: int) -> None:
    assert named(LEAVES[:index]) == [(FindingCode.SEGMENT_SHORT, index)]


@given(st.integers(0, 12))
def test_an_added_record_is_named_by_its_place(index: int) -> None:
    assert named([*LEAVES[:index], STRANGE, *LEAVES[index:]]) == [(FindingCode.RECORD_EXTRA, index)]


@given(st.sets(st.integers(0, 11), min_size=2, max_size=2))
def test_two_exchanged_records_are_both_named(pair: set[int]) -> None:
    one, other = sorted(pair)
    seen = list(LEAVES)
    seen[one], seen[other] = seen[other], seen[one]
    assert named(seen) == [(FindingCode.RECORD_MOVED, one), (FindingCode.RECORD_MOVED, other)]


@given(st.lists(st.sampled_from([*LEAVES, STRANGE, b""]), max_size=20))
def test_whatever_is_there_instead_is_noticed(seen: list[bytes]) -> None:
    findings = compare(0, LEAVES, seen)
    assert bool(findings) == (seen != LEAVES)


def test_a_record_that_was_copied_is_noticed() -> None:
    assert [code for code, _ in named([*LEAVES, LEAVES[4]])] == [FindingCode.RECORD_MOVED]
