"""The watch: flags that a person may want to look at, from one picture a second and the sound."""

from typing import Final

import numpy as np

from proctoring.capture.media import SAMPLE_RATE, Plane, Samples
from proctoring.watch.patience import Patience
from proctoring.watch.picture import Eye, Shown
from proctoring.watch.sound import WINDOW_MS, Ear, Heard
from sync.wire.plan import WatchPolicy
from sync.wire.recording import Flag, FlagKind

_MIDDLE: Final = 500
_PERMILLE: Final = 10  # in a percent
_LEAST_ROWS: Final = 24  # of a plane: less is no picture
_SLACK_MS: Final = 100  # blocks' stamps jitter; more than that is a hole in the sound


class Watch:
    """Watches one recording. Says what is there and since when (recorded ms), never what it means.

    A picture that is given must not be written to afterwards.
    """

    def __init__(self, policy: WatchPolicy) -> None:
        self._policy: Final = policy
        self._eye: Final = Eye()
        self._ear: Final = Ear()
        self._heard_to_ms: int | None = None
        self._newest: Plane | None = None
        self._kinds: Final = {
            kind: Patience(kind, patience_ms) for kind in FlagKind if (patience_ms := getattr(policy, f"{kind}_ms")) > 0
        }
        self._begun: Final[dict[FlagKind, Plane]] = {}

    def look(self, i420: Plane, recorded_ms: int) -> list[Flag]:
        """Look at a picture (planar I420); give the flags that went up or came down with it."""
        if i420.dtype != np.uint8 or i420.ndim != 2 or min(i420.shape) < _LEAST_ROWS:  # noqa: PLR2004 - rows, columns
            return []
        self._newest = i420
        return self._note(_seen(self._eye.look(i420), self._policy), recorded_ms)

    def listen(self, samples: Samples, recorded_ms: int) -> list[Flag]:
        """Listen to the sound from `recorded_ms` on (48 kHz mono); give the flags that went up or came down with it."""
        if self._heard_to_ms is not None and abs(recorded_ms - self._heard_to_ms) > _SLACK_MS:
            self._ear.forget()
        self._heard_to_ms = recorded_ms + len(samples) * 1000 // SAMPLE_RATE
        changes: list[Flag] = []
        for heard in self._ear.listen(samples, recorded_ms):
            causes = _heard(heard, self._policy)
            for at_ms in (heard.at_ms, heard.at_ms + WINDOW_MS):
                changes += self._note(causes, at_ms)
        return changes

    def open_flags(self) -> tuple[Flag, ...]:
        """Give the flags that are up, each as long as its cause has been seen."""
        return tuple(flag for kind in self._kinds.values() if (flag := kind.up()))

    def picture(self, kind: FlagKind) -> Plane | None:
        """Give the picture of the moment the last flag of a kind began; None if there was none yet."""
        return self._begun.get(kind)

    def _note(self, causes: dict[FlagKind, bool], at_ms: int) -> list[Flag]:
        changes: list[Flag] = []
        for kind, there in causes.items():
            patience = self._kinds.get(kind)
            if patience is None:
                continue
            change = patience.look(at_ms, there=there)
            if patience.began_ms == patience.looked_ms and self._newest is not None:
                self._begun[kind] = self._newest
            if change:
                changes.append(change)
        return changes


def _seen(shown: Shown, policy: WatchPolicy) -> dict[FlagKind, bool]:
    """Tell what of a picture is cause for a flag. Where nothing can be seen, nothing is said of faces."""
    dark = shown.light <= policy.dark_luma
    covered = shown.detail <= policy.covered_detail
    clear = not dark and not covered
    return {
        FlagKind.DARK: dark,
        FlagKind.COVERED: covered,
        FlagKind.FROZEN: clear and shown.still,
        FlagKind.NO_FACE: clear and not shown.faces,
        FlagKind.SEVERAL_FACES: clear and len(shown.faces) > 1,
        FlagKind.OUT_OF_PLACE: clear and _out_of_place(shown, policy.place_percent * _PERMILLE),
    }


def _out_of_place(shown: Shown, far: int) -> bool:
    if shown.moved is not None and shown.moved > far:
        return True
    return len(shown.faces) == 1 and any(abs(place - _MIDDLE) > far for place in shown.faces[0])


def _heard(heard: Heard, policy: WatchPolicy) -> dict[FlagKind, bool]:
    return {
        FlagKind.SILENCE: heard.level_tenths <= policy.silence_dbfs_tenths,
        FlagKind.SPEECH: heard.speech and heard.level_tenths >= policy.speech_dbfs_tenths,
    }
