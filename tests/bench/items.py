"""Item to next item, and click to "saved", from several lives of the kiosk at one sitting."""

from dataclasses import replace
from itertools import chain, cycle, islice

from app.content.bank import Bank
from app.demo.banks import sample_bank
from app.demo.processes import Process, running
from app.seat.home import SeatHome
from tests.bench.figures import Row

LIVES = 3
PICTURED = 100


def sitting(seat: SeatHome, display: str) -> list[Row]:
    """Work through the whole form there and back, in three lives of the program."""
    lives = [_life(seat, display) for _ in range(LIVES)]
    taken = {name: tuple(chain.from_iterable(life[name] for life in lives)) for name in lives[0]}
    return [
        Row("Next item, never seen before; a label", "ms", taken["new"], taken["new_label"], tail=True),
        Row("… those with pictures; a label", "ms", taken["with_picture"], taken["new_label"], tail=True),
        Row("Next item, seen before; a label", "ms", taken["again"], taken["again_label"], tail=True),
        Row('Response, click to "saved"; a raw commit', "ms", taken["saved"], taken["committed"], tail=True),
    ]


def long_form(seat: SeatHome, display: str) -> list[Row]:
    """Read 300 items, every third with a picture, its neighbours being prepared meanwhile; then go on and on."""
    taken = {name: tuple(values) for name, values in _life(seat, display, "--read").items()}
    what = "Next item of 300, prepared while the one before is read"
    return [
        Row(f"{what}; a label", "ms", taken["new"], taken["new_label"], tail=True),
        Row("… those with pictures (100); a label", "ms", taken["with_picture"], taken["new_label"], tail=True),
        Row("Memory after 500 item changes; before them", "MB", taken["memory_after"], taken["memory_before"]),
    ]


def pictured_bank() -> Bank:
    """Make a bank of 300 items of the sample bank's, every third with a picture; those are taken several times."""
    bank = sample_bank()
    plain = iter([item for item in bank.items if not item.media])
    pictures = islice(cycle([item for item in bank.items if item.media]), PICTURED)
    items, markings = [], {}
    media: dict[tuple[str, str], bytes] = {}
    for number, pictured in enumerate(pictures):
        copy = replace(pictured, id=f"{pictured.id}-{number}")
        items += [next(plain), next(plain), copy]
        markings[copy.id] = replace(bank.markings[pictured.id], item=copy.id)
        media |= {(copy.id, medium.name): bank.media[pictured.id, medium.name] for medium in pictured.media}
    markings |= {item.id: bank.markings[item.id] for item in items if item.id in bank.markings}
    return Bank(id="long", title=bank.title, items=tuple(items), markings=markings, media=media)


def _life(seat: SeatHome, display: str, *arguments: str) -> dict[str, list[float]]:
    log = seat.root / "bench.log"
    with running(
        Process("sitting", "tests.bench.sitting", [str(seat.root), *arguments], log, display=display)
    ) as process:
        samples: dict[str, list[float]] = process.wait_for("samples")
        process.wait()
    return {name: values for name, values in samples.items() if name != "event"}
