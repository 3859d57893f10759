"""`make soak`: record a clapperboard for two hours (or as long as is said) and account for every picture and sample."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from sync.replica.durable import private_folder
from tests.proctoring.seat import SimulatedSeat
from tests.soak.soaking import MOST_DRIFT_MS, Soak, soak

TWO_HOURS_S = 7_200.0


def words(found: Soak) -> str:
    """Say what a soak found."""
    lines = [
        f"recorded {found.seconds:.0f} s ({found.bytes / 1e6:.1f} MB), verdict {found.verdict}, {found.gaps} gaps",
        f"a clap after its flash: {found.drift_begin_ms} ms at the beginning, {found.drift_end_ms} ms at the end,",
        f"  {found.drift_most_ms} ms at most over {found.claps} claps (must stay under {MOST_DRIFT_MS:.0f});",
        f"  the simulated sound card is {found.sound_drift_ppm:+} ppm off",
        f"memory: {found.resident_begin_mb} MB settled, {found.resident_end_mb} MB at the end,",
        f"  {found.resident_most_mb} MB at most, slope {found.resident_slope_mb_per_hour:+} MB/h",
        f"pictures: {found.frames_expected} expected, {found.frames_captured} captured, {found.frames_missed} missed,",
        f"  {found.frames_drawn} drawn in their place, {found.frames_encoded} encoded, {found.frames_dropped} dropped,",
        f"  {found.frames_in_file} in the file",
        f"samples: {found.samples_captured} captured, {found.samples_padded} of silence put in,",
        f"  {found.samples_dropped} left out, {found.samples_stretched:+} by resampling; {found.samples_in_file}",
        f"  in the file, {found.sound_seconds_in_file} s of sound",
        f"processor: {found.processor_percent} % of a core",
        *(f"NOT AS IT MUST BE: {problem}" for problem in found.problems),
    ]
    return "\n".join(lines)


def main() -> int:
    """Soak, report; 0 if all is as it must be."""
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=TWO_HOURS_S, help="how long to record [two hours]")
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    parser.add_argument("--sound-drift-ppm", type=int, default=0, help="how fast the simulated sound card's clock is")
    parser.add_argument("--folder", type=Path, help="where to record [the system's temporary folder]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-", dir=given.folder) as folder:
        seat = SimulatedSeat(private_folder(Path(folder) / "seat"))
        try:
            found = soak(seat, given.seconds, given.sound_drift_ppm)
        finally:
            seat.close()
    print(words(found))
    if given.out:
        given.out.write_text(json.dumps(found.report(), indent=1) + "\n", encoding="utf-8")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
