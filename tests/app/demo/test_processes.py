"""The demonstration's processes: listened to, ended by their own ids, and missed when they end by themselves."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

import app.demo.processes
from app.demo.conductor import SeatStuck, Witness, _watch
from app.demo.processes import Process, ProcessEnded, running
from sync.trust.clock import read_clock
from tests.app.exam.given import chosen


def actor(folder: Path, *events: dict[str, Any] | str, **orders: object) -> Process:
    """Start a program that tells these events."""
    process = Process("actor", "tests.app.demo.actor", [], folder / "log")
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    process.tell({"lines": lines, **orders})
    return process


def acknowledged(item: str, *choices: str) -> dict[str, Any]:
    return {"event": "acknowledged", "mono_s": 0.0, "item": item, "responses": chosen(*choices)}


def test_what_is_no_json_object_is_not_heard(tmp_path: Path) -> None:
    with running(actor(tmp_path, "noise", "[1]", "{", {"event": "one"}, '"two"')) as process:
        assert list(process.events()) == [{"event": "one"}]


def test_a_program_that_ends_too_early_is_named_with_its_log(tmp_path: Path) -> None:
    with running(actor(tmp_path, {"event": "other"}, code=7)) as process, pytest.raises(ProcessEnded) as caught:
        process.wait_for("serving")
    assert caught.value.facts == {"program": "actor", "log": str(tmp_path / "log")}
    assert caught.value.detail == "exit code 7"


def test_its_complaints_are_in_the_log(tmp_path: Path) -> None:
    with running(Process("nobody", "tests.app.demo.nobody", [], tmp_path / "log")) as process:
        assert process.wait() != 0
    assert "No module named tests.app.demo.nobody" in (tmp_path / "log").read_text()
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0


def test_the_end_of_the_block_ends_the_program(tmp_path: Path) -> None:
    with running(actor(tmp_path, {"event": "up"}, stay=True)) as process:
        process.wait_for("up")
        assert psutil.pid_exists(process.pid)
    assert not psutil.pid_exists(process.pid)


def test_a_program_that_is_deaf_to_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.demo.processes, "END_S", 0.2)
    with running(actor(tmp_path, {"event": "up"}, deaf=True, stay=True)) as process:
        process.wait_for("up")
    assert not psutil.pid_exists(process.pid)


def test_a_power_cut_leaves_no_last_words(tmp_path: Path) -> None:
    with running(actor(tmp_path, {"event": "up"}, stay=True)) as process:
        process.wait_for("up")
        process.cut_power()
        assert process.wait() == -signal.SIGKILL
        assert list(process.events()) == []


def test_the_display_that_was_asked_for_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    process = Process("actor", "tests.app.demo.actor", [], tmp_path / "log", display=":77")
    process.tell({"lines": ['{"event": "up"}'], "stay": True})
    with running(process):
        process.wait_for("up")
        environment = psutil.Process(process.pid).environ()
    assert (environment["DISPLAY"], environment["QT_QPA_PLATFORM"]) == (":77", "xcb")
    assert "WAYLAND_DISPLAY" not in environment
    assert os.environ["WAYLAND_DISPLAY"] == "wayland-0"


def test_the_power_is_cut_after_the_response_that_was_asked_for(tmp_path: Path) -> None:
    witness = Witness()
    with running(actor(tmp_path, acknowledged("a", "A"), acknowledged("b", "B"), acknowledged("c"), stay=True)) as seat:
        assert _watch(seat, witness, power_cut=2) is False
    assert witness.acknowledged == {"a": chosen("A"), "b": chosen("B")}
    assert (witness.responses, witness.cut_at) == (2, "b")


def test_the_last_response_to_an_item_is_the_one_that_counts(tmp_path: Path) -> None:
    witness, finished = Witness(), {"event": "finished", "stage": "proven"}
    with running(actor(tmp_path, acknowledged("a", "A"), acknowledged("a", "B"), finished)) as seat:
        assert _watch(seat, witness, power_cut=None) is True
    assert (witness.acknowledged, witness.responses, witness.stage) == ({"a": chosen("B")}, 2, "proven")


def test_the_way_back_is_measured_to_the_first_item_on_the_screen(tmp_path: Path) -> None:
    started = read_clock().mono_ms / 1000
    items = [{"event": "item", "number": number, "item": "x", "mono_s": started + number / 2} for number in (3, 4)]
    witness = Witness()
    with running(actor(tmp_path, *items, {"event": "finished", "stage": "proven"})) as seat:
        assert _watch(seat, witness, None, started) is True
    assert (witness.resumed_on, witness.resume_ms) == (3, 1500)


def test_a_seat_that_stands_still_is_not_waited_for(tmp_path: Path) -> None:
    stuck = {"event": "stuck", "screen": "TroubleScreen"}
    with running(actor(tmp_path, stuck, stay=True)) as seat, pytest.raises(SeatStuck) as caught:
        _watch(seat, Witness(), None)
    assert caught.value.facts["screen"] == "TroubleScreen"


def test_a_seat_that_ends_in_the_middle_is_a_fault(tmp_path: Path) -> None:
    with running(actor(tmp_path, acknowledged("a", "A"))) as seat, pytest.raises(ProcessEnded):
        _watch(seat, Witness(), None)
