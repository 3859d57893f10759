from proctoring.recorder.watch import TrackWatch


def watch() -> TrackWatch:
    return TrackWatch("picture", "camera_lost", 1_000, 1_500)


def test_a_short_pause_is_no_gap() -> None:
    track = watch()
    assert not track.missing(2_500)
    assert track.seen(2_500) is None
    assert track.open_gap(2_600) is None


def test_a_gap_reaches_from_the_last_thing_that_came_to_the_next() -> None:
    track = watch()
    track.seen(2_000)
    assert track.missing(3_501)
    gap = track.seen(9_000)
    assert gap is not None
    assert (gap.track, gap.start_ms, gap.length_ms, gap.reason) == ("picture", 2_000, 7_000, "camera_lost")
    assert not track.missing(9_100)


def test_an_open_gap_grows() -> None:
    track = watch()
    assert track.missing(4_000)
    lengths = [gap.length_ms for now in (4_000, 5_000) if (gap := track.open_gap(now))]
    assert lengths == [3_000, 4_000]
