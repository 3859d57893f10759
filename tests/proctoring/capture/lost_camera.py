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
from proctoring.recorder.messages import RecordingSpec
from proctoring.recorder.recording import Feeds, Recording
from sync.trust.keystore import FileKeyStore

PULLED_S, BACK_S, END_S = 0.6, 2.6, 3.4
BEGIN = time.monotonic()


class PulledCamera:
    """A simulated camera device: white pictures, and none while it is pulled."""

    def isOpened(self) -> bool:
        return not PULLED_S < time.monotonic() - BEGIN < BACK_S

    def read(self) -> tuple[bool, Plane | None]:
        time.sleep(1 / 15)
        return (True, np.full((240, 320, 3), 255, np.uint8)) if self.isOpened() else (False, None)

    def release(self) -> None:
        """Nothing to let go of."""


def main() -> None:
    """Record for as long as the story takes."""
    camera = Camera("a camera", PulledCamera, retry_s=0.1)
    camera.wait(5)
    feeds = Feeds(camera, SyntheticSound())
    recording = Recording(RecordingSpec.model_validate_json(sys.argv[1]), FileKeyStore(Path(sys.argv[2])), feeds)
    time.sleep(END_S)
    print(recording.stop().model_dump_json())  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
