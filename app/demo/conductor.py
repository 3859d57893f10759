"""The conductor: starts the programs, cuts the power where it was told to, and gathers what came of it."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.content.bank import Bank
from app.demo.archive import archive_running, set_up_archive
from app.demo.banks import every_interaction, sample_bank
from app.demo.cast import CANDIDATES, PROCTORS, blueprint, blueprint_of_all
from app.demo.home import DemoHome
from app.demo.processes import Process, running
from app.demo.provision import Stage, set_up_registry, set_up_seat
from app.demo.recorder import recorder_let_go
from app.exam.interactions import Choice, Responses
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import Language
from app.registry.service import Registry
from sync.faults import EnvironmentFault


class SeatStuck(EnvironmentFault):
    """The simulated candidate sees nothing to do, and nothing happens. Facts: `screen`, `log`."""

    code = "SEAT_STUCK"


RIGHT_IN_100 = 92
"""How often the simulated candidate is right."""


@dataclass(frozen=True)
class Wish:
    """What kind of demonstration is wanted.

    `power_cut`: SIGKILL after that many acknowledged responses. `every_interaction`: instead of `items` of the sample
    bank the form has one item for every kind of interaction. `keyboard`: the candidate has no mouse.
    """

    home: DemoHome
    language: Language
    items: int
    pace_ms: int
    display: str | None
    power_cut: int | None = None
    every_interaction: bool = False
    keyboard: bool = False


@dataclass
class Witness:
    """What the conductor saw from outside the seat's process."""

    acknowledged: dict[str, Responses] = field(default_factory=dict)
    responses: int = 0
    cut_at: str | None = None
    resumed_on: int | None = None
    resume_ms: int | None = None
    stage: str = ""


Narrator = Callable[[str], None]


@contextmanager
def stage_set(wish: Wish, narrate: Narrator, *, simulated: bool) -> Iterator[Stage]:
    """Run registry, agent and archive around a planned session for the length of the block."""
    wish.home.make()
    log = wish.home.root / "programs.log"
    with ExitStack() as stack:
        narrate("demo.registry")
        Registry.initialise(wish.home.registry, name="演示登记中心 Demo registry").close()
        arguments = ["registry", "serve", "--home", str(wish.home.registry), "--json"]
        registry = stack.enter_context(running(Process("registry", "app.cli.main", arguments, log)))
        registry.wait_for("serving")
        narrate("demo.bank")
        bank = every_interaction() if wish.every_interaction else sample_bank()
        published = set_up_registry(wish.home, bank)
        narrate("demo.seat")
        rule = blueprint_of_all(bank) if wish.every_interaction else blueprint(wish.items)
        stage = set_up_seat(wish.home, published, rule, simulated=simulated)
        set_up_archive(wish.home, published.administrators, published.invitation)
        stack.enter_context(archive_running(wish.home))
        arguments = ["agent", "run", "--home", str(wish.home.seat.root)]
        stack.enter_context(running(Process("agent", "app.cli.main", arguments, log)))
        stack.enter_context(recorder_let_go(wish.home.seat.recorder_socket))
        yield stage


def sit_simulated(wish: Wish, stage: Stage, narrate: Narrator) -> Witness:
    """Let the simulated candidate sit, through a power cut if one is wished for.

    Raises:
        ProcessEnded: the seat ended before the sitting was over.
        SeatStuck: it went on, but the sitting did not.
    """
    witness = Witness()
    config = _config(wish, stage, simulated=True)
    narrate("demo.sitting")
    with running(_seat(wish, config)) as seat:
        if _watch(seat, witness, wish.power_cut):
            return witness
        seat.cut_power()
    narrate("demo.power_cut")
    started = time.monotonic()
    with running(_seat(wish, config)) as seat:
        if not _watch(seat, witness, None, started):
            raise seat.ended()
    return witness


def sit_in_person(wish: Wish, stage: Stage, opened: Callable[[], None]) -> None:
    """Open the kiosk in a window for a person, until it is closed; `opened` is called once there is something to see.

    Raises:
        ProcessEnded: it ended otherwise.
    """
    with running(_seat(wish, _config(wish, stage, simulated=False))) as seat:
        seat.wait_for("shown")
        opened()
        for _ in seat.events():
            pass
        if seat.wait():
            raise seat.ended()


def _seat(wish: Wish, config: dict[str, Any]) -> Process:
    log = wish.home.root / "programs.log"
    seat = Process("seat", "app.demo.seat_process", [], log, display=wish.display)
    seat.tell(config)
    return seat


def _watch(seat: Process, witness: Witness, power_cut: int | None, started: float | None = None) -> bool:
    """Follow the seat; True when the sitting is over, False when it is time to cut the power."""
    for message in seat.events():
        match message["event"]:
            case "item" if started is not None and witness.resumed_on is None:
                witness.resumed_on = int(message["number"])
                witness.resume_ms = round((message["mono_s"] - started) * 1000)
            case "acknowledged":
                witness.acknowledged[message["item"]] = {
                    response: tuple(values) for response, values in message["responses"].items()
                }
                witness.responses += 1
                if witness.responses == power_cut:
                    witness.cut_at = message["item"]
                    return False
            case "stuck":
                raise SeatStuck(screen=message["screen"], log=str(seat.log))
            case "finished":
                witness.stage = str(message["stage"])
                return True
    raise seat.ended()


def _config(wish: Wish, stage: Stage, *, simulated: bool) -> dict[str, Any]:
    pins = dict(zip(stage.published.proctors, (proctor.pin for proctor in PROCTORS), strict=True))
    script = {
        "pins": pins,
        "admission_number": CANDIDATES[0].admission_number,
        "answers": answers_of(stage.session, stage.published.bank),
        "pace_ms": wish.pace_ms,
        "screenshots": str(wish.home.screenshots),
        "keyboard": wish.keyboard,
    }
    return {
        "home": str(wish.home.seat.root),
        "language": wish.language.value,
        "card": not simulated,
        "script": script if simulated else None,
    }


def answers_of(session: str, bank: Bank) -> dict[str, Responses]:
    """Decide, repeatably, what the simulated candidate will answer: single choices mostly right, all else right."""
    dice = random.Random(session)  # noqa: S311 - play-acting, not secrecy
    return {item.id: _answer(item, bank.markings[item.id], dice) for item in bank.items}


def _answer(item: Item, marking: Marking, dice: random.Random) -> Responses:
    right = {one.response: marking.correct(one.response) for one in item.interactions}
    match item.interactions:
        case (Choice(max_choices=1) as choice,) if dice.randrange(100) >= RIGHT_IN_100:
            wrong = [option.id for option in choice.options if option.id not in right[choice.response]]
            return {choice.response: (dice.choice(wrong),)}
    return right
