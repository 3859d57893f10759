"""What the watch notices while a recording runs: in the status with a picture, in heads, in the manifest."""

import numpy as np

from proctoring.capture.profiles import STANDARD
from proctoring.recorder.flags import FlagBoard
from proctoring.recorder.messages import RECENT_FLAGS
from proctoring.vault.format.verify import examine
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag, FlagKind
from tests.proctoring.seat import SimulatedSeat, record, wait_until

LOUD_IS_SILENCE = WatchPolicy(silence_ms=1_000, silence_dbfs_tenths=-10)


def test_what_is_noticed_is_shown_at_once_and_stated_in_the_manifest(seat: SimulatedSeat) -> None:
    client = seat.recorder()
    spec = seat.spec().model_copy(update={"watch": LOUD_IS_SILENCE})
    record(client, spec, 500)
    wait_until(lambda: bool(client.status().flags))
    [noted] = client.status().flags
    assert (noted.number, noted.flag.kind) == (1, FlagKind.SILENCE)
    jpeg = client.flag_picture(1)
    assert (jpeg is not None) is noted.picture
    assert client.flag_picture(2) is None
    closed = client.stop()
    client.quit()
    manifest = examine(spec.folder).papers.manifest
    assert manifest is not None
    [flag] = manifest.flags
    assert (flag.kind, flag.at_ms) == (noted.flag.kind, noted.flag.at_ms)
    assert noted.flag.length_ms <= flag.length_ms <= closed.duration_ms


def test_only_the_last_flags_and_their_pictures_are_kept_in_memory() -> None:
    board, picture = FlagBoard(), np.zeros((STANDARD.height * 3 // 2, STANDARD.width), np.uint8)
    for at_ms in range(RECENT_FLAGS + 5):
        board.note(Flag(kind=FlagKind.DARK, at_ms=at_ms, length_ms=1), picture)
    board.note(Flag(kind=FlagKind.DARK, at_ms=10, length_ms=9))
    assert len(board.recent) == RECENT_FLAGS
    assert board.recent[-1].number == 11
    assert board.recent[-1].flag.length_ms == 9
    assert board.picture(11) is not None
    assert board.picture(1) is None
    assert len(board.take()) == RECENT_FLAGS + 6
    assert board.take() == ()
