"""The watch beside a recording: it tells what it saw, and nothing it does holds anybody up."""

import threading

from proctoring.capture.media import Plane
from proctoring.watch.runner import WatchThread
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag, FlagKind
from tests.proctoring.seat import wait_until
from tests.proctoring.watch import drawn

POLICY = WatchPolicy(no_face_ms=2_000, silence_ms=2_000)


class Board:
    """Takes what the watch tells; may be made to hang."""

    def __init__(self) -> None:
        self.told: list[tuple[Flag, Plane | None]] = []
        self.free = threading.Event()
        self.free.set()

    def note(self, flag: Flag, picture: Plane | None) -> None:
        self.told.append((flag, picture))
        self.free.wait(60)


def show(watch: WatchThread, board: Board, kind: FlagKind) -> None:
    """Go through recorded time faster than it passes, until there is a flag."""
    at_ms = 0

    def told() -> bool:
        nonlocal at_ms
        at_ms += 1_000
        watch.see(drawn.room(noise=at_ms // 1000), at_ms)
        watch.hear(drawn.silence(1), at_ms)
        return any(flag.kind is kind for flag, _ in board.told)

    wait_until(told)


def test_flags_are_told_with_their_picture_and_again_when_they_have_grown() -> None:
    board = Board()
    watch = WatchThread(POLICY, board.note)
    show(watch, board, FlagKind.NO_FACE)
    show(watch, board, FlagKind.SILENCE)
    watch.close()
    flags = [(flag, picture) for flag, picture in board.told if flag.kind is FlagKind.NO_FACE]
    assert flags[0][1] is not None
    assert flags[0][0].length_ms >= 2_000
    assert not watch.alive


def test_what_waits_at_the_end_is_still_heard() -> None:
    board = Board()
    watch = WatchThread(POLICY, board.note)
    for second in range(4):
        watch.hear(drawn.silence(1), second * 1000)
    watch.close()
    assert board.told[-1][0] == Flag(kind=FlagKind.SILENCE, at_ms=0, length_ms=3_960)


def test_a_watch_that_hangs_holds_nobody_up() -> None:
    board = Board()
    watch = WatchThread(POLICY, board.note)
    board.free.clear()
    at_ms = 0

    def hangs() -> bool:
        nonlocal at_ms
        at_ms += 1_000
        watch.hear(drawn.silence(1), at_ms)
        return bool(board.told)

    wait_until(hangs, 60)
    picture, sound = drawn.room(), drawn.silence(0.02)
    told = len(board.told)
    for turn in range(1_500):
        watch.see(picture, 100_000 + turn * 67)
        watch.hear(sound, 100_000 + turn * 20)
    assert len(board.told) == told  # it hangs still, and all of that was taken meanwhile
    assert len(watch._blocks) <= 500
    board.free.set()
    watch.close()
