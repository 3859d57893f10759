"""Item to next item, and click to "saved", from several lives of the kiosk at one sitting."""

from app.demo.processes import Process, running
from app.seat.home import SeatHome
from tests.bench.figures import Row

LIVES = 3


def sitting(seat: SeatHome, display: str) -> list[Row]:
    """Work through the whole form there and back, in three lives of the program."""
    found: dict[str, list[float]] = {}
    for _ in range(LIVES):
        arguments, log = [str(seat.root)], seat.root / "bench.log"
        with running(Process("sitting", "tests.bench.sitting", arguments, log, display=display)) as process:
            samples = process.wait_for("samples")
            process.wait()
        for name, values in samples.items():
            if name != "event":
                found.setdefault(name, []).extend(values)
    taken = {name: tuple(values) for name, values in found.items()}
    return [
        Row("Next item, never seen before; a label", "ms", taken["new"], taken["new_label"], tail=True),
        Row("… those with pictures; a label", "ms", taken["with_picture"], taken["new_label"], tail=True),
        Row("Next item, seen before; a label", "ms", taken["again"], taken["again_label"], tail=True),
        Row('Response, click to "saved"; a raw commit', "ms", taken["saved"], taken["committed"], tail=True),
    ]
