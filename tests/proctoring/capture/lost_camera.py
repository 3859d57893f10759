"""Record with a simulated camera device that is pulled out and put back; run apart because it brings OpenCV.

`python -m tests.proctoring.capture.lost_camera SPEC KEYS`: SPEC is a RecordingSpec in JSON.
"""

import sys
import time
from pathlib import Path

import numpy as np

from proctoring.capture.camera import Camera
from proctoring.capture.media import Plane
from proctoring.capture.synthetic import SyntheticSound
from proctoring.recorder.looking import Feeds
from proctoring.recorder.messages import RecordingSpec
from proctoring.recorder.recording import Recording
from sync.trust.keystore import FileKeyStore

BEFORE, AWAY, AFTER = 9, 25, 12
"""Pictures before it is pulled; times it is looked for in vain, a tenth of a second apart; pictures afterwards."""
PATIENCE_S = 60


class PulledCamera:
    """A simulated camera device: white pictures, and none while it is pulled. The story is the same on any machine."""

    shown = 0
    looked_for = 0

    @classmethod
    def is_pulled(cls) -> bool:
        return cls.shown >= BEFORE and cls.looked_for < AWAY

    def isOpened(self) -> bool:
        if self.is_pulled():
            PulledCamera.looked_for += 1
            return False
        return True

    def read(self) -> tuple[bool, Plane | None]:
        time.sleep(1 / 15)
        if self.is_pulled():
            return False, None
        PulledCamera.shown += 1
        return True, np.full((240, 320, 3), 255, np.uint8)

    def release(self) -> None:
        """Nothing to let go of."""


def main() -> None:
    """Record for as long as the story takes."""
    camera = Camera("a camera", PulledCamera, retry_s=0.1)
    camera.wait(5)
    feeds = Feeds(camera, SyntheticSound())
    recording = Recording(RecordingSpec.model_validate_json(sys.argv[1]), FileKeyStore(Path(sys.argv[2])), feeds)
    deadline = time.monotonic() + PATIENCE_S
    while PulledCamera.shown < BEFORE + AFTER and time.monotonic() < deadline:
        time.sleep(0.05)
    print(recording.stop().model_dump_json())  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
