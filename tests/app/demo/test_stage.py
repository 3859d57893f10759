"""The stage of a demonstration: people who are made up, folders of its own, a display, a recorder that is let go."""

import os
from collections import Counter
from pathlib import Path
from typing import get_args

import psutil
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import app.demo.autopilot
from app.demo.autopilot import Autopilot, Script
from app.demo.banks import every_interaction, sample_bank
from app.demo.cast import CANDIDATES, PROCTORS, blueprint, blueprint_of_all, policy
from app.demo.conductor import RIGHT_IN_100, Witness, answers_of
from app.demo.display import virtual_display
from app.demo.home import DemoHome, HomeNotEmpty
from app.demo.players import PLAYERS
from app.demo.recorder import recorder_let_go
from app.demo.summary import _lost
from app.demo.window import CardGroup, DemoWindow
from app.exam.identity import is_identity_number
from app.exam.interactions import Choice, Interaction, Option
from app.exam.item import Item
from app.exam.prose import Language
from app.resources import resource_folder
from app.seat.display import NoDisplay, has_display
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.ui.interactions.views import VIEWS
from proctoring.recorder.client import RecorderState
from proctoring.vault.format.verify import verify_recording
from sync.wire.plan import ItemKind
from tests.app.exam.given import answer, chosen
from tests.proctoring.seat import SimulatedSeat, record


def test_the_candidates_numbers_are_right_in_form_and_nobodys() -> None:
    for candidate in CANDIDATES:
        assert is_identity_number(candidate.id_number)
        assert candidate.id_number.startswith("99"), "no province has this code (GB/T 2260)"
        assert (resource_folder() / "demo" / candidate.portrait).read_bytes().startswith(b"\x89PNG")
    assert len({candidate.admission_number for candidate in CANDIDATES}) == len(CANDIDATES)
    assert len({proctor.pin for proctor in PROCTORS}) == len(PROCTORS) == policy(100).proctors_needed


@pytest.mark.parametrize("items", range(1, 101))
def test_a_form_of_any_size_keeps_the_blueprints_shape(items: int) -> None:
    sections = blueprint(items).sections
    assert sum(section.count for section in sections) == items
    true_false = sum(section.count for section in sections if section.kind is ItemKind.TRUE_FALSE)
    assert abs(true_false - 0.7 * items) <= 1
    assert policy(items).pass_mark * 100 >= 80 * items > (policy(items).pass_mark - 1) * 100


def test_the_simulated_candidate_is_mostly_right_and_always_the_same() -> None:
    bank = sample_bank()
    answers = answers_of("01890a5d-ac96-774b-bcce-b302099a8057", bank)
    assert answers == answers_of("01890a5d-ac96-774b-bcce-b302099a8057", bank)
    right = Counter(set(answers[item]["RESPONSE"]) == set(marking.correct()) for item, marking in bank.markings.items())
    assert right[True] / len(answers) == pytest.approx(RIGHT_IN_100 / 100, abs=0.05)
    options = {item.id: {option.id for option in offered(item)} for item in bank.items}
    assert all(set(given["RESPONSE"]) <= options[item] and given["RESPONSE"] for item, given in answers.items())


def offered(item: Item) -> tuple[Option, ...]:
    (choice,) = item.interactions
    assert isinstance(choice, Choice)
    return choice.options


def test_the_form_of_every_interaction_has_each_of_them_and_there_is_a_player_for_each() -> None:
    bank = every_interaction()
    kinds = {type(interaction) for item in bank.items for interaction in item.interactions}
    assert kinds == set(get_args(Interaction))
    assert {VIEWS[kind] for kind in kinds} == set(PLAYERS)
    section = blueprint_of_all(bank).sections[0]
    assert section.items == tuple(item.id for item in bank.items)
    assert not [item.id for item in bank.items if item.by_person], "none that only a person could mark"


def test_a_demonstration_never_writes_over_anything(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(HomeNotEmpty) as caught:
        DemoHome(tmp_path).make()
    assert caught.value.facts == {"folder": str(tmp_path)}
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_its_folders_are_for_this_user_alone(tmp_path: Path) -> None:
    home = DemoHome(tmp_path / "new" / "demo")
    home.make()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home.root, *home.root.iterdir()))
    assert home.relative(home.seat.keys / "device.key") == "seat/keys/device.key"


def test_a_virtual_display_is_there_for_the_block_and_gone_after_it() -> None:
    with virtual_display() as display:
        socket = Path(f"/tmp/.X11-unix/X{display[1:]}")  # noqa: S108 - where X servers have their sockets
        assert socket.is_socket()
        servers = [process for process in psutil.Process().children() if process.name() == "Xvfb"]
        assert len(servers) == 1
    assert not socket.exists()
    assert not servers[0].is_running()


def test_without_xvfb_there_is_no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoDisplay), virtual_display():
        pytest.fail("there is none")


def test_an_xvfb_that_does_not_start_is_no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "Xvfb"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NoDisplay, match="ended with 3"), virtual_display():
        pytest.fail("there is none")


@pytest.mark.parametrize(
    ("environment", "there"), [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True)]
)
def test_a_persons_display_is_what_the_session_says(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], there: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert has_display() is there


def test_a_recorder_that_still_records_closes_its_recording_and_ends(tmp_path: Path) -> None:
    seat = SimulatedSeat(tmp_path)
    spec = seat.spec()
    with recorder_let_go(seat.control):
        client = seat.recorder()
        pid = record(client, spec, 500).pid
        client.close()
    assert not psutil.pid_exists(pid)
    assert verify_recording(spec.folder).verdict == "complete"


def test_a_recorder_that_has_nothing_to_do_ends_too(tmp_path: Path) -> None:
    seat = SimulatedSeat(tmp_path)
    with recorder_let_go(seat.control):
        client = seat.recorder()
        status = client.status()
        client.close()
    assert status.state is RecorderState.IDLE
    assert not psutil.pid_exists(status.pid)


def test_where_no_recorder_is_nothing_is_ended(tmp_path: Path) -> None:
    with recorder_let_go(tmp_path / "recorder.sock"):
        pass
    with pytest.raises(LookupError, match="the block's own"), recorder_let_go(tmp_path / "recorder.sock"):
        raise LookupError("the block's own")


def test_a_lost_response_would_be_counted() -> None:
    kept = [answer(item, choice) for item, choice in ("aA", "bB")]
    assert _lost(kept, Witness(acknowledged={"a": chosen("A"), "b": chosen("B")})) == 0
    assert _lost(kept, Witness(acknowledged={"a": chosen("B"), "b": chosen("B")})) == 1
    assert _lost(kept, Witness(acknowledged={"a": chosen("A"), "c": chosen("A")})) == 1


def test_an_autopilot_that_sees_nothing_to_do_says_so(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.demo.autopilot, "STUCK_MS", 200)
    kiosk = Kiosk(SeatHome(tmp_path / "nobody"), Language.EN, "synthetic")
    qtbot.addWidget(kiosk)
    told: list[tuple[str, dict[str, object]]] = []
    script = Script(pins={}, admission_number="", answers={}, pace_ms=0, screenshots=tmp_path)
    autopilot = Autopilot(kiosk, script, lambda event, **facts: told.append((event, facts)))
    autopilot.begin()
    kiosk.show()
    kiosk.begin()
    qtbot.waitUntil(lambda: bool(told), timeout=5_000)
    kiosk.leave()
    assert told == [("stuck", {"screen": "TroubleScreen"})]
    assert (tmp_path / "02-TroubleScreen-stuck.png").exists()


def test_the_demo_card_is_above_the_kiosk_and_only_if_there_is_one(qtbot: QtBot, tmp_path: Path) -> None:
    for card in ((), (CardGroup("Proctors", (("李梅", "246810"),)),)):
        kiosk = Kiosk(SeatHome(tmp_path / "nobody"), Language.EN, "synthetic")
        window = DemoWindow(kiosk, "Demo", card)
        qtbot.addWidget(window)
        window.show()
        found = [label.text() for label in window.findChildren(QLabel) if "246810" in label.text()]
        assert len(found) == len(card)
        kiosk.leave()
