from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.vault.format.absence import Absence
from sync.wire.packet import GapRef

SOME_GAPS = st.lists(
    st.builds(
        GapRef,
        track=st.sampled_from(("picture", "sound", "both")),
        start_ms=st.integers(0, 40),
        length_ms=st.integers(0, 30),
        reason=st.just("lost"),
    ),
    max_size=12,
)


def missing(gaps: list[GapRef], track: str) -> set[int]:
    """Count a track's missing milliseconds one by one."""
    of = [gap for gap in gaps if gap.track in (track, "both")]
    return {ms for gap in of for ms in range(gap.start_ms, gap.start_ms + gap.length_ms)}


@given(SOME_GAPS, st.integers(0, 80), st.integers(0, 80))
@settings(max_examples=150)
def test_missing_is_what_neither_track_has(gaps: list[GapRef], one: int, other: int) -> None:
    start, end = sorted((one, other))
    wanted = missing(gaps, "picture") & missing(gaps, "sound") & set(range(start, end))
    assert Absence(gaps).between(start, end) == len(wanted)
