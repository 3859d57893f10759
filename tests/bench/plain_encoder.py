"""The baseline of recording: the same pictures and sound, the same codecs, a WebM written by PyAV and nothing more.

Told {"file": NAME} on its standard input it records into that file, told {"file": null} it stops; each time it answers.
"""

import json
import sys
import threading
import time
from pathlib import Path

import av
import cv2

from proctoring.capture.media import SAMPLE_RATE
from proctoring.capture.profiles import STANDARD
from proctoring.capture.synthetic import SyntheticPicture, SyntheticSound
from proctoring.recorder.encoders import MILLISECOND, SAMPLE, PictureEncoder, SoundEncoder


def record(file: Path, stop: threading.Event) -> None:
    """Record into `file` until it is time to stop, at the recorder's pace."""
    picture, sound = SyntheticPicture(), SyntheticSound()
    pictures, sounds = PictureEncoder(STANDARD), SoundEncoder(STANDARD, 0)
    container = av.open(str(file), "w", format="webm")
    video = container.add_mux_stream("vp8", rate=STANDARD.frame_rate, width=STANDARD.width, height=STANDARD.height)
    video.time_base = MILLISECOND
    audio = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", format="s16")
    audio.bit_rate = STANDARD.sound_bits
    began = time.monotonic()
    due = began
    while not stop.wait(max(0.0, due - time.monotonic())):
        due = max(due + 1 / STANDARD.frame_rate, time.monotonic())
        newest = picture.newest()
        packets = []
        if newest is not None:
            at_ms = round((time.monotonic() - began) * 1000)
            for packet in pictures.encode(newest.i420, at_ms, key=False):
                packet.time_base, packet.stream = MILLISECOND, video
                packets.append(packet)
        for block in sound.take():
            for packet in sounds.encode(block.samples):
                packet.time_base, packet.stream = SAMPLE, audio
                packets.append(packet)
        for packet in packets:
            container.mux(packet)
    container.close()


def main() -> int:
    cv2.setNumThreads(1)
    stop, thread = threading.Event(), threading.Thread()
    for line in sys.stdin:
        file = json.loads(line)["file"]
        if file is None:
            stop.set()
            thread.join()
        else:
            stop.clear()
            thread = threading.Thread(target=record, args=(Path(file), stop))
            thread.start()
        print(json.dumps({"event": "done"}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
