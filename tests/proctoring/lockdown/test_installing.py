"""On and off, and everything that can come in between, on a simulated PC with real files."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.lockdown.faults import (
    LockdownBusy,
    LockdownHomeUnusable,
    LockdownPathTaken,
    LockdownPlanDamaged,
    LockdownPlanLost,
    LockdownPlanNewer,
    LockdownRolledBack,
    LockdownUndoIncomplete,
    LockdownUserUnusable,
)
from proctoring.lockdown.installing import LockdownState, install, recover, remove, status
from proctoring.lockdown.linux.catalogue import LinuxStep, Settings, book_of, files_of, steps_of
from proctoring.lockdown.linux.entries import EntryStep, a_file
from proctoring.lockdown.steps import Place
from proctoring.lockdown.undo import Phase, UndoBook, _digest
from sync.replica.durable import DiskFull
from sync.wire.document import canonical_json
from sync.wire.environment import LockdownLevel
from tests.proctoring.lockdown.pc import SEAT, TEMPLATES, fingerprint, make_pc, prepared
from tests.proctoring.lockdown.pc import settings as chosen

UNITS = (
    "examroom-kiosk.service",
    "examroom-agent.service",
    "examroom-egress.service",
    "examroom-lockdown-recover.service",
)


def on(root: Path) -> UndoBook[LinuxStep]:
    book, steps = prepared(root)
    install(book, steps, {})
    return book


@pytest.mark.parametrize("taken", [False, True])
def test_on_and_off_leave_the_pc_as_it_was(tmp_path: Path, taken: bool) -> None:
    root = make_pc(tmp_path / "pc", taken=taken)
    before = fingerprint(root)
    book = on(root)
    assert fingerprint(root) != before
    remove(book)
    assert fingerprint(root) == before


def test_on_twice_and_off_twice_are_as_once(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc", taken=True)
    before = fingerprint(root)
    on(root)
    once = fingerprint(root)
    book = on(root)
    changed = {path for path, told in fingerprint(root).items() if told.split()[:3] != once.get(path, "").split()[:3]}
    assert changed == {"var/lib/examroom-lockdown/undo.json"}  # which tells when files were read last
    assert status(book, ()).state is LockdownState.ON
    assert remove(book) is not None
    assert remove(book) is None
    assert fingerprint(root) == before


def test_off_without_on_changes_nothing(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    before = fingerprint(root)
    assert remove(book_of(Place(root))) is None
    assert recover(book_of(Place(root))) is False
    assert fingerprint(root) == before


def test_systemd_itself_says_that_our_units_are_started_and_afterwards_knows_nothing_of_them(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)

    def says(unit: str) -> str:
        asked = ("systemctl", f"--root={root}", "is-enabled", unit)
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        return done.stdout.strip() or done.stderr.strip()

    assert {unit: says(unit) for unit in UNITS} == dict.fromkeys(UNITS, "enabled")
    assert says("ctrl-alt-del.target") == "masked"
    remove(book)
    assert not any("enabled" in says(unit) for unit in UNITS)


def test_systemd_finds_nothing_wrong_with_our_units(tmp_path: Path) -> None:
    """The programs that they start have to be there for it: ours stands in for all of them."""
    root = make_pc(tmp_path / "pc")
    place = Place(root)
    program = Settings(SEAT, (sys.executable, "-m", "app.cli.main"), chosen(place).reach)
    install(book_of(place), lambda: steps_of(place, program, TEMPLATES), {})
    units = [root / "etc/systemd/system" / unit for unit in UNITS]
    checked = ("systemd-analyze", "verify", "--man=no", "--generators=no", *map(str, units))
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "examroom" in line]
    assert ours == []


def test_the_locked_user_has_a_line_in_each_database_and_others_keep_theirs(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    name, password, uid, gid, _, home, shell = (root / "etc/passwd").read_text().splitlines()[-1].split(":")
    assert (name, password, home, shell) == ("examroom-kiosk", "x", "/var/lib/examroom-kiosk", "/usr/sbin/nologin")
    assert uid == gid == "999"
    assert (root / "etc/shadow").read_text().splitlines()[-1].startswith("examroom-kiosk:!*:")
    with (root / "etc/passwd").open("a") as file:
        file.write("newcomer:x:1002:1002::/home/newcomer:/bin/bash\n")
    remove(book)
    left = (root / "etc/passwd").read_text()
    assert "examroom-kiosk" not in left
    assert left.endswith("/home/mei:/bin/bash\nnewcomer:x:1002:1002::/home/newcomer:/bin/bash\n")


def test_a_locked_user_of_our_name_that_was_there_before_stays(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    with (root / "etc/passwd").open("a") as file:
        file.write("examroom-kiosk:x:800:801::/somewhere:/bin/false\n")
    before = fingerprint(root)
    book = on(root)
    if os.geteuid() == 0:
        assert (root / "var/lib/examroom/seat/replica.db").stat().st_uid == 800
    remove(book)
    assert fingerprint(root) == before


def test_a_user_of_our_name_whom_somebody_can_log_in_as_is_refused(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    with (root / "etc/passwd").open("a") as file:
        file.write("examroom-kiosk:x:800:801::/somewhere:/bin/bash\n")
    with pytest.raises(LockdownUserUnusable):
        on(root)


def test_what_was_written_during_the_lock_down_stays_and_goes_to_the_folders_owner(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    (root / "var/lib/examroom/seat/new-answers").write_text("kept")
    (root / "var/lib/examroom-kiosk/Xorg.log").write_text("gone")
    remove(book)
    kept = root / "var/lib/examroom/seat/new-answers"
    assert kept.read_text() == "kept"
    assert kept.stat().st_uid == (root / "var/lib/examroom/seat").stat().st_uid
    assert not (root / "var/lib/examroom-kiosk").exists()


def test_a_second_name_of_a_file_elsewhere_is_given_to_nobody(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    os.link(root / "etc/shadow", root / "var/lib/examroom/seat/mine")
    (root / "var/lib/examroom/seat/link").symlink_to(root / "etc/passwd")
    owners = [(root / path).stat().st_uid for path in ("etc/shadow", "etc/passwd")]
    remove(book)
    assert [(root / path).stat().st_uid for path in ("etc/shadow", "etc/passwd")] == owners


@pytest.mark.parametrize(
    "home", ["/", "/var", "/etc/seat", "relative", "/var/lib/nowhere", "/var/lib/examroom-kiosk/x"]
)
def test_a_folder_that_cannot_be_a_seats_is_refused(tmp_path: Path, home: str) -> None:
    place = Place(make_pc(tmp_path / "pc"))
    with pytest.raises(LockdownHomeUnusable):
        steps_of(place, Settings(Path(home), ("/opt/x",), chosen(place).reach), TEMPLATES)


@pytest.mark.parametrize("name", ["a b", "per%cent", "dol$lar", 'quo"te', "line\nend", "back\\slash"])
def test_a_name_that_would_mean_something_in_a_unit_file_is_refused(tmp_path: Path, name: str) -> None:
    place = Place(make_pc(tmp_path / "pc"))
    (place.root / "srv" / name).mkdir(parents=True)
    with pytest.raises(LockdownHomeUnusable):
        steps_of(place, Settings(Path("/srv") / name, ("/opt/x",), chosen(place).reach), TEMPLATES)


def test_a_folder_that_others_cannot_pass_is_refused(tmp_path: Path) -> None:
    place = Place(make_pc(tmp_path / "pc"))
    (place.root / "home/mei/seat").mkdir(parents=True)
    (place.root / "home/mei").chmod(0o700)
    with pytest.raises(LockdownHomeUnusable):
        steps_of(place, Settings(Path("/home/mei/seat"), ("/opt/x",), chosen(place).reach), TEMPLATES)


@pytest.mark.parametrize("stands", ["folder", "pipe", "huge"])
def test_what_is_not_replaced_is_named_before_anything_is_changed(tmp_path: Path, stands: str) -> None:
    root = make_pc(tmp_path / "pc")
    path = root / "etc/udev/rules.d/70-examroom-lockdown.rules"
    path.parent.mkdir(parents=True)
    if stands == "folder":
        path.mkdir()
    elif stands == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, 2_000_000)
    before = fingerprint(root)
    book, steps = prepared(root)
    with pytest.raises(LockdownPathTaken) as told:
        install(book, steps, {})
    assert told.value.facts["path"] == "/etc/udev/rules.d/70-examroom-lockdown.rules"
    assert fingerprint(root) == before


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "etc/udev").symlink_to(outside)
    with pytest.raises(LockdownPathTaken):
        on(root)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("below", ["sys", "proc"])
def test_settings_of_a_kernel_out_of_the_root_are_neither_read_nor_written(tmp_path: Path, below: str) -> None:
    root = make_pc(tmp_path / "pc")
    outside = tmp_path / "outside"
    (root / below).rename(outside)
    (root / below).symlink_to(outside)
    before = fingerprint(tmp_path)
    with pytest.raises(LockdownPathTaken):
        on(root)
    assert fingerprint(tmp_path) == before


@pytest.mark.parametrize("forged", [{"pattern": "../outside/*"}, {"pattern": "etc/x", "only": ["../passwd", ""]}])
def test_a_plan_whose_settings_climb_out_of_the_root_changes_nothing_there(
    tmp_path: Path, forged: dict[str, object]
) -> None:
    root = make_pc(tmp_path / "pc")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("theirs")
    book = on(root)
    plan = json.loads(book.file.read_bytes())["plan"]
    for step in plan["steps"]:
        if step["kind"] == "setting":
            step.update({"otherwise": "forged"} | forged)
    book.file.write_bytes(sealed(1, plan))
    with pytest.raises((LockdownUndoIncomplete, LockdownPlanDamaged)):
        remove(book)
    assert (outside / "file").read_text() == "theirs"
    assert book.file.exists()


@pytest.mark.parametrize(
    ("path", "stands"), [("proc/sys/kernel/sysrq", "pipe"), ("sys/class/rfkill/rfkill0/soft", "link")]
)
def test_a_setting_that_is_no_plain_file_is_refused_and_nobody_waits_for_it(
    tmp_path: Path, path: str, stands: str
) -> None:
    root = make_pc(tmp_path / "pc")
    (root / path).unlink()
    if stands == "pipe":
        os.mkfifo(root / path)
    else:
        (root / path).symlink_to(root / "etc/passwd")
    before = fingerprint(root)
    with pytest.raises(LockdownPathTaken) as told:
        on(root)
    assert told.value.facts["path"] == f"/{path}"
    assert fingerprint(root) == before


def test_a_seats_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    (root / SEAT.relative_to("/")).rename(root / "var/lib/elsewhere")
    (root / SEAT.relative_to("/")).symlink_to("../elsewhere")
    with pytest.raises(LockdownHomeUnusable):
        on(root)


def test_an_undo_plan_is_not_written_through_a_link_out_of_the_root(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "var/lib/examroom-lockdown").symlink_to(outside)
    with pytest.raises(LockdownPathTaken):
        on(root)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("taken", [pytest.param(False, marks=pytest.mark.long), True])
def test_what_somebody_made_of_our_files_is_kept_beside_when_the_pc_is_as_before(tmp_path: Path, taken: bool) -> None:
    root = make_pc(tmp_path / "pc", taken=taken)
    before = fingerprint(root)
    book = on(root)
    edits = {
        "etc/X11/Xwrapper.config": "allowed_users=root\n",
        "etc/polkit-1/rules.d/00-examroom-lockdown.rules": "// the administrator's work\n",
        "etc/pam.d/examroom-kiosk": "",
    }
    for path, content in edits.items():
        (root / path).write_text(content)
    (root / "etc/pam.d/examroom-kiosk").unlink()
    (root / "etc/pam.d/examroom-kiosk").symlink_to("login")
    remove(book)
    now, kept = fingerprint(root), "var/lib/examroom-lockdown-edited"
    assert {path: told for path, told in now.items() if not path.startswith(kept)} == before
    assert book.edited() == tuple(sorted(f"/{kept}/{path}" for path in edits))
    assert (root / kept / "etc/X11/Xwrapper.config").read_text() == "allowed_users=root\n"
    assert os.readlink(root / kept / "etc/pam.d/examroom-kiosk") == "login"  # noqa: PTH115
    assert all(
        told.startswith("40700 ") for path, told in now.items() if path.startswith(kept) and told.startswith("4")
    )
    assert status(book, ()).state is LockdownState.OFF


def test_another_edition_of_the_same_file_is_kept_beside_the_first_and_the_same_only_once(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    step = EntryStep(name="x", path="etc/X11/Xwrapper.config", wanted=a_file("ours")).looked(Place(root))
    for content in ("first", "second", "first"):
        step.apply(Place(root))
        (root / "etc/X11/Xwrapper.config").write_text(content)
        step.undo(Place(root))
    kept = root / "var/lib/examroom-lockdown-edited/etc/X11"
    assert {file.name: file.read_text() for file in kept.iterdir()} == {
        "Xwrapper.config": "first",
        "Xwrapper.config.2": "second",
    }


def test_without_room_to_keep_it_nobodys_work_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    (root / "etc/X11/Xwrapper.config").write_text("edited")
    real = os.replace

    def full(one: Path, other: Path) -> None:
        if "-edited" in str(other):
            raise OSError(28, "No space left on device", str(root))
        real(one, other)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(LockdownUndoIncomplete) as told:
            remove(book)
    assert told.value.facts == {"count": 1, "step": "xwrapper"}
    assert (root / "etc/X11/Xwrapper.config").read_text() == "edited"
    remove(book)
    assert (root / "etc/X11/Xwrapper.config").read_text() == "allowed_users=anybody\n"
    assert len(book.edited()) == 1


@pytest.mark.parametrize("also", [pytest.param("", marks=pytest.mark.long), "the folder", "one link is left"])
def test_a_pc_whose_undo_plan_is_gone_is_not_taken_for_one_that_never_was_locked_down(
    tmp_path: Path, also: str
) -> None:
    root = make_pc(tmp_path / "pc", taken=True)
    book = on(root)
    book.file.unlink()
    if also:
        book.folder.rmdir()
    link = "/etc/systemd/system/multi-user.target.wants/examroom-agent.service"
    if also == "one link is left":
        for path in book.ours():
            if path != link:
                (root / path.lstrip("/")).unlink()
    before = fingerprint(root)
    _, steps = prepared(root)
    for act in (lambda: remove(book), lambda: recover(book), lambda: install(book, steps, {})):
        with pytest.raises(LockdownPlanLost):
            act()
    assert fingerprint(root) == before
    found = status(book, files_of(Place(root), TEMPLATES))
    assert (found.state, found.since_ms) == (LockdownState.DAMAGED, None)
    paths = [step.path for step in found.steps]
    assert link in paths
    assert len(paths) == len(set(paths))
    assert ("/etc/systemd/system/examroom-kiosk.service" in paths) is (also != "one link is left")
    for path in book.ours():
        (root / path.lstrip("/")).unlink()
    install(book, steps, {})
    assert status(book, ()).state is LockdownState.ON


def test_other_peoples_files_in_our_places_are_no_sign_of_a_lock_down(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc", taken=True)
    assert book_of(Place(root)).ours() == ()
    assert status(book_of(Place(root)), files_of(Place(root), TEMPLATES)).state is LockdownState.OFF


def test_every_file_that_we_put_is_known_again_as_ours(tmp_path: Path) -> None:
    book = on(make_pc(tmp_path / "pc"))
    plan = book.read()
    assert plan is not None
    put = {f"/{step.path}" for step in plan.steps if step.kind == "entry" and step.wanted.kind != "folder"}
    assert put - set(book.ours()) == {"/etc/systemd/system/ctrl-alt-del.target"}  # others mask it, too


def test_two_at_once_are_kept_apart(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book, steps = prepared(root)
    with book.alone(), pytest.raises(LockdownBusy):
        install(book, steps, {})
    with book.alone(), pytest.raises(LockdownBusy):
        remove(book)


def test_a_full_disk_in_the_middle_is_rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_pc(tmp_path / "pc", taken=True)
    before = fingerprint(root)
    book, steps = prepared(root)
    real, left = os.replace, 20

    def until_full(*paths: Path) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(28, "No space left on device", str(root))
        real(*paths)

    monkeypatch.setattr(os, "replace", until_full)
    with pytest.raises(LockdownRolledBack) as told:
        install(book, steps, {})
    assert isinstance(told.value.__cause__, DiskFull)
    assert fingerprint(root) == before
    assert status(book, ()).state is LockdownState.OFF


def test_what_cannot_be_undone_yet_is_named_and_undone_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_pc(tmp_path / "pc", taken=True)
    before = fingerprint(root)
    book = on(root)
    real = os.replace

    def not_the_rules(one: Path, other: Path) -> None:
        if Path(other).name == "70-examroom-lockdown.rules":
            raise OSError(28, "No space left on device", str(root))
        real(one, other)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", not_the_rules)
        with pytest.raises(LockdownUndoIncomplete) as told:
            remove(book)
    assert told.value.facts == {"count": 1, "step": "devices.rules"}
    plan = book.read()
    assert plan is not None
    assert plan.phase is Phase.REMOVING
    assert recover(book) is True
    assert fingerprint(root) == before


def test_status_names_what_differs_and_a_lower_level(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    assert (status(book, ()).state, status(book, ()).level) == (LockdownState.ON, LockdownLevel.SESSION)
    (root / "etc/systemd/system/getty@.service.d/50-examroom.conf").unlink()
    (root / "etc/X11/examroom-kiosk.conf").write_text("changed")
    (root / "etc/examroom/egress.nft").chmod(0o666)
    (root / "proc/sys/kernel/sysrq").write_text("1")
    found = status(book, ())
    assert (found.state, found.level) == (LockdownState.PARTIAL, LockdownLevel.DESKTOP)
    assert {step.name: step.difference for step in found.drifted} == {
        "console.getty@.service": "missing",
        "xorg.conf": "content",
        "egress.nft": "mode",
        "sysctl.sysrq": "content",
    }


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "one byte": lambda raw: raw.replace(b'"mode":420', b'"mode":511', 1),
    "no JSON": lambda _raw: b"\x00\xff",
    "not ours": lambda _raw: b"[]",
    "deep": lambda _raw: b"[" * 100_000,
    "another kind of step": lambda _raw: sealed(1, {"phase": "on", "settings": {}, "steps": [{"kind": "shell"}]}),
    "no such phase": lambda _raw: sealed(1, {"phase": "?", "settings": {}, "steps": []}),
}


def sealed(version: int, plan: object) -> bytes:
    return canonical_json({"format": version, "plan": plan, "sha256": _digest(plan)})


@pytest.mark.parametrize("damage", DAMAGES)
def test_with_a_damaged_plan_nothing_is_guessed_and_what_stands_is_listed(tmp_path: Path, damage: str) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    book.file.write_bytes(DAMAGES[damage](book.file.read_bytes()))
    before = fingerprint(root)
    _, steps = prepared(root)
    for act in (lambda: remove(book), lambda: recover(book), lambda: install(book, steps, {})):
        with pytest.raises(LockdownPlanDamaged):
            act()
    assert fingerprint(root) == before
    found = status(book, files_of(Place(root), TEMPLATES))
    assert found.state is LockdownState.DAMAGED
    assert {"xorg.conf", "console.getty@.service", "ctrl-alt-del"} <= {step.name for step in found.steps}


def test_a_plan_that_is_no_plain_file_is_a_damaged_one(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    book.file.rename(root / "plan")
    book.file.symlink_to(root / "plan")
    with pytest.raises(LockdownPlanDamaged):
        remove(book)


def test_a_plan_of_a_later_version_is_left_to_that_version(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book = on(root)
    document = json.loads(book.file.read_bytes())
    book.file.write_bytes(canonical_json({"format": 2, "whatever": document["plan"]}))
    with pytest.raises(LockdownPlanNewer):
        remove(book)
    assert status(book, ()).state is LockdownState.DAMAGED


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_the_plan_is_taken_for_a_plan(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    book = kept_plan(tmp_path_factory)
    raw = bytearray((book.folder / "good").read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    book.file.write_bytes(raw)
    with pytest.raises((LockdownPlanDamaged, LockdownPlanNewer)):
        book.read()


def kept_plan(factory: pytest.TempPathFactory) -> UndoBook[LinuxStep]:
    """Give one locked-down PC for all examples; its good plan lies beside the one that is damaged."""
    root = factory.getbasetemp() / "kept-plan"
    if not root.exists():
        book = on(make_pc(root))
        (book.folder / "good").write_bytes(book.file.read_bytes())
    return book_of(Place(root))
