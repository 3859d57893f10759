"""A whole sitting without any network: plan and package come on a medium, packet and receipt go by it, in commands."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from app.demo.banks import sample_bank
from app.demo.cast import PROCTORS, blueprint
from app.demo.home import DemoHome
from app.demo.processes import Process, running
from app.demo.provision import Stage, set_up_registry, set_up_seat
from app.registry.service import Registry
from app.seat.home import SeatHome
from app.seat.sign_in import SignInDesk, open_credentials
from app.seat.workplace import Workplace
from sync.client.medium import Medium, MediumUnwritable
from sync.replica.outbox import OutboxRow
from sync.replica.outbox import Stage as OutboxStage
from sync.trust.pin import make_credential
from tests.app.cli.terminal import Terminal, Told
from tests.app.seat.every_step_lives import LIVES, Acknowledgements, Seat
from tests.app.seat.only_session import only_session

CHEAP_KIB = 64


@dataclass(frozen=True)
class Offline:
    """A registry that nobody can reach, a seat that was enrolled once, and a medium between the two."""

    registry: Path
    seat: Path
    stick: Path
    session: str
    proctors: tuple[str, ...]

    def carry(self) -> Told:
        return Terminal().run("registry", "carry", self.stick, "--home", self.registry, "--session", self.session)

    def take(self) -> Told:
        return Terminal().run("seat", "take", self.stick, "--home", self.seat)

    def export(self) -> Told:
        return Terminal().run("outbox", "export", self.stick, "--home", self.seat)

    def ingest(self) -> Told:
        return Terminal().run("registry", "ingest", self.stick, "--home", self.registry)

    def receipts(self) -> Told:
        return Terminal().run("outbox", "receipts", self.stick, "--home", self.seat)

    def sit(self) -> None:
        """Let somebody sit, by all events that may happen, from the typed code to the countersigned packet."""
        with Registry.open(self.registry) as registry:
            registry.release(self.session, 0)
            code = registry.release_code(self.session, 0)
        workplace = Workplace.open(SeatHome(self.seat))
        try:
            credentials = open_credentials(workplace, only_session(workplace))
            desk = SignInDesk(credentials, workplace.replica.cabinet, workplace.clock)
            people = [desk.sign_in(one, known.pin) for one, known in zip(self.proctors[:2], PROCTORS[:2], strict=True)]
            LIVES["whole"].go_on(workplace, Seat(code, people), Acknowledgements(self.seat / "acknowledged"))
        finally:
            workplace.close()

    def row(self) -> OutboxRow:
        workplace = Workplace.open(SeatHome(self.seat))
        try:
            (row,) = workplace.replica.outbox.all()
        finally:
            workplace.close()
        return row


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoHome, Stage]:
    """Enrol a seat, and plan a session for it that it has not heard of when the registry's line is cut for ever."""
    home = DemoHome(tmp_path_factory.mktemp("offline"))
    home.make()
    Registry.initialise(home.registry, name="Test registry").close()
    arguments = ["registry", "serve", "--home", str(home.registry), "--json"]
    with (
        running(Process("registry", "app.cli.main", arguments, home.root / "programs.log")) as registry,
        pytest.MonkeyPatch.context() as patch,
    ):
        registry.wait_for("serving")
        cheap = partial(make_credential, memory_kib=CHEAP_KIB, passes=1)
        patch.setattr("app.registry.enrolling.make_credential", cheap)
        patch.setattr("app.demo.provision.fetch_sessions", lambda _workplace: None)
        published = set_up_registry(home, sample_bank())
        return home, set_up_seat(home, published, blueprint(6), simulated=True)


@pytest.fixture
def offline(planned: tuple[DemoHome, Stage], tmp_path: Path) -> Offline:
    home, stage = planned
    shutil.copytree(home.registry, tmp_path / "registry")
    shutil.copytree(home.seat.root, tmp_path / "seat")
    (tmp_path / "stick").mkdir()
    proctors = stage.published.proctors
    return Offline(tmp_path / "registry", tmp_path / "seat", tmp_path / "stick", stage.session, proctors)


def test_a_whole_sitting_goes_by_a_medium_both_ways(offline: Offline, terminal: Terminal) -> None:
    empty = offline.take()
    assert (empty.code, "no session plans for this seat on the medium" in empty.output) == (1, True)
    assert re.search(r"plans for seats: 1; files of content: \d+; .* examroom seat take\.", offline.carry().output)
    taken = offline.take()
    assert (taken.code, taken.output) == (0, "Taken from the medium: session plans: 1; packages: 1\n"), taken.errors
    offline.sit()
    waits = terminal.run("outbox", "list", "--home", offline.seat)
    assert waits.output.startswith("1 waiting, oldest 0 min: not tried yet\n")
    nobody = terminal.run("agent", "run", "--once", "--home", offline.seat)
    assert (nobody.code, nobody.output) == (3, "New receipts: 0; new proofs: 0; still waiting: 1.\n")
    status = terminal.run("agent", "status", "--home", offline.seat)
    assert "1 waiting, oldest 0 min: nobody answers: no network\n" in status.output
    chinese = Terminal("zh").run("agent", "status", "--home", offline.seat)
    assert "1 份等待送出，最早的已等 0 分钟：没有网络，无人应答\n" in chinese.output

    for written, known in ((1, 0), (0, 1)):
        exported = offline.export()
        assert exported.code == 0, exported.errors
        assert f"onto the medium: {written}; there already: {known}." in exported.output
    for new, known in ((1, 0), (0, 1)):
        assert offline.ingest().output == (
            f"Packets taken in: {new}; known already: {known}.\nWritten back onto the medium: receipts: 1; proofs: 1.\n"
        )
    assert "New receipts: 1; new proofs: 1; for other seats: 0." in offline.receipts().output
    assert "New receipts: 0; new proofs: 0; for other seats: 0." in offline.receipts().output
    assert "No score packet waits at this seat." in terminal.run("outbox", "list", "--home", offline.seat).output

    row = offline.row()
    assert (row.stage, row.carried_ms > 0) == (OutboxStage.PROVEN, True)
    for name, data in (("packet", row.envelope), ("receipt", row.receipt), ("proof", row.proof)):
        (offline.stick / name).write_bytes(data or b"")
    checked = ["--packet", offline.stick / "packet", "--proof", offline.stick / "proof"]
    trust = ["--trust", offline.seat / "trust"]
    assert terminal.run("receipt", "verify", offline.stick / "receipt", *checked, *trust).code == 0


class Pulled:
    """Counts what is done to a medium, and lets it be gone from one moment on."""

    def __init__(self, stick: Path, patch: pytest.MonkeyPatch, error: int) -> None:
        self.at = 0
        self.done = count(1)
        self.is_pulled = False
        self._stick = str(stick)
        self._error = error
        for name in ("open", "fsync", "replace", "scandir"):
            patch.setattr(os, name, self._around(getattr(os, name)))

    def _around(self, whole: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            if self._is_there(arguments[0], named) and (self.is_pulled or next(self.done) == self.at):
                self.is_pulled = True
                raise OSError(self._error, os.strerror(self._error))
            return whole(*arguments, **named)

        return call

    def _is_there(self, what: object, named: dict[str, object]) -> bool:
        if isinstance(what, int):
            return self._is_open_there(what)
        if isinstance(folder := named.get("dir_fd", named.get("src_dir_fd")), int):
            return self._is_open_there(folder)
        return str(what).startswith(self._stick)

    def _is_open_there(self, handle: int) -> bool:
        return str(Path(f"/proc/self/fd/{handle}").readlink()).startswith(self._stick)


@contextmanager
def pulled(stick: Path, error: int = errno.EIO) -> Iterator[Pulled]:
    with pytest.MonkeyPatch.context() as patch:
        yield Pulled(stick, patch, error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errno.EIO, "MEDIUM_UN(READ|WRIT)ABLE"),
        pytest.param(errno.ENOSPC, "DISK_FULL|MEDIUM_UNREADABLE", marks=pytest.mark.long),
        pytest.param(errno.EROFS, "MEDIUM_UN(READ|WRIT)ABLE", marks=pytest.mark.long),
    ],
)
def test_a_medium_pulled_at_any_moment_costs_nothing_but_doing_it_again(
    offline: Offline, error: int, code: str
) -> None:
    offline.carry()
    offline.take()
    offline.sit()
    for step in (offline.export, offline.ingest, offline.receipts):
        for moment in count(1):
            with pulled(offline.stick, error) as stick:
                stick.at = moment
                told = step()
            if not stick.is_pulled:
                break
            assert told.code == 3, (step.__name__, moment, told.output)
            assert re.search(code, told.errors), told.errors
        assert told.code == 0, (step.__name__, told.errors)
        assert moment > 5
    assert offline.row().stage is OutboxStage.PROVEN
    assert offline.ingest().output.startswith("Packets taken in: 0; known already: 1.\n")


@pytest.mark.long
def test_a_medium_pulled_while_a_session_is_carried_costs_nothing_but_doing_it_again(offline: Offline) -> None:
    for step in (offline.carry, offline.take):
        for moment in count(1, 4):
            with pulled(offline.stick) as stick:
                stick.at = moment
                told = step()
            if not stick.is_pulled:
                break
            assert told.code in (1, 3), (step.__name__, moment, told.output)
        assert step().code == 0
    assert offline.take().output == "Taken from the medium: session plans: 1; packages: 1\n"


def _refuse(_medium: Medium, _files: object) -> None:
    raise MediumUnwritable(place="simulated")


def test_a_hostile_medium_changes_nothing_and_what_is_odd_is_said_also_if_no_answer_can_be_written(
    offline: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline.carry()
    offline.take()
    offline.sit()
    offline.export()
    folder = next((offline.stick / "examroom" / "packets").iterdir())
    (folder / f"{'a' * 64}.json").write_bytes(
        b'{"payload": "',
    )
    (folder / f"{'b' * 64}.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / f"{'c' * 64}.json")
    (folder / "\u202ekcab.json").write_bytes(b"")
    with (folder / f"{'d' * 64}.json").open("wb") as file:
        file.truncate(1 << 40)
    with monkeypatch.context() as full:
        full.setattr(Medium, "write", _refuse)
        told = offline.ingest()
    assert (told.code, "MEDIUM_UNWRITABLE" in told.errors) == (3, True)
    assert f"Not believed, and not kept: {'a' * 64} (PACKET_REFUSED)" in told.output
    assert told.output.count("Passed over on the medium:") == 4
    told = offline.ingest()
    assert told.code == 1
    assert "Packets taken in: 0; known already: 1." in told.output
    assert f"Not believed, and not kept: {'a' * 64} (PACKET_REFUSED)" in told.output
    assert told.output.count("Passed over on the medium:") == 4
    receipts = offline.stick / "examroom" / "receipts"
    good = next(receipts.glob("*.receipt.json"))
    raw = good.read_bytes()
    good.write_bytes(raw.replace(b"A", b"B", 1))
    refused = offline.receipts()
    assert (refused.code, offline.row().stage) == (1, OutboxStage.QUEUED)
    assert "Not the registry's receipt" in refused.output
    good.write_bytes(raw)
    (offline.stick / "examroom" / "trust" / "bundle.json").write_bytes(b"{}")
    told = offline.receipts()
    assert told.code == 0
    assert "trust/bundle.json (not the registry's, or older than what is here)" in told.output
    assert offline.row().stage is OutboxStage.PROVEN
