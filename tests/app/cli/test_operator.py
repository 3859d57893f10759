"""An operator's day: registry, bank, proctors, seat, session, release, all by commands; and what comes of mistakes."""

import base64
import os
import re
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from app.cli.session_file import read_session
from app.seat.home import SeatHome
from app.seat.release import unlock_with
from app.seat.sign_in import open_credentials
from app.seat.workplace import Workplace
from sync.trust.keys import SealingKey
from sync.trust.pin import open_credential
from sync.trust.release import ReleaseShare
from sync.wire.plan import PackageRef
from tests.app.cli.conftest import OPENS, PINS, Place, as_command
from tests.app.cli.terminal import Terminal, Told
from tests.app.content.banks import item, one_item, write_zip


def plan_with(terminal: Terminal, place: Place, tmp_path: Path, old: str, new: str) -> Told:
    """Plan the session again with something changed in its file."""
    text = place.session_file.read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "changed.toml"
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    return terminal.run("registry", "plan", "--home", place.registry, changed)


def test_the_seat_holds_the_session_that_the_file_described(place: Place) -> None:
    workplace = Workplace.open(SeatHome(place.seat))
    try:
        plan = workplace.session_of(place.session).plan
    finally:
        workplace.close()
    assert (plan.site, plan.room, plan.rehearsal) == ("某县考点", "第 1 考场", False)
    assert [(entry.name, entry.seat_number) for entry in plan.roster] == [("张伟", 7), ("阿卜杜热西提·买买提依明", 7)]
    assert plan.roster[0].photo_png is not None
    assert plan.roster[1].accommodation.extra_time_ms == 1_800_000
    assert [section.count for section in plan.blueprint.sections] == [70, 30]
    assert plan.roster[1].accommodation.reader
    assert [violation.code for violation in plan.policy.violations] == ["6.1", "6.2"]
    assert plan.opens_ms == OPENS.timestamp() * 1000


@pytest.mark.parametrize(("written", "read"), [("600_000", 600_000), ('"any_time"', None)])
def test_a_file_says_how_late_somebody_may_come(place: Place, tmp_path: Path, written: str, read: int | None) -> None:
    text = place.session_file.read_text(encoding="utf-8")
    changed = tmp_path / "changed.toml"
    changed.write_text(text.replace("late_entry_ms = 1_800_000", f"late_entry_ms = {written}"), encoding="utf-8")
    (package,) = re.findall(r'^package = "([0-9a-f-]+)"', text, re.MULTILINE)
    reference = PackageRef(package=package, version=1, target=f"packages/a/{package}.erp", sha256="0" * 64, length=1)
    folder_of_photos = place.session_file.parent
    for picture in folder_of_photos.rglob("*.png"):
        (tmp_path / picture.relative_to(folder_of_photos)).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / picture.relative_to(folder_of_photos)).write_bytes(picture.read_bytes())
    assert read_session(changed, {package: reference}).policy.late_entry_ms == read


def test_the_pins_that_were_typed_open_the_proctors_keys(place: Place) -> None:
    workplace = Workplace.open(SeatHome(place.seat))
    try:
        session = workplace.session_of(place.session)
        credentials = open_credentials(workplace, session)
    finally:
        workplace.close()
    keys = [
        open_credential(credentials[entry.proctor], pin).public.keyid
        for entry, pin in zip(session.plan.proctors, PINS, strict=True)
    ]
    assert keys == [entry.keyid for entry in session.plan.proctors]


def test_the_code_that_release_says_opens_the_package_on_the_seat(terminal: Terminal, place: Place) -> None:
    told = terminal.run("registry", "release", "--home", place.registry, place.session)
    assert told.code == 0
    found = re.search(r"Release code: ((?:[0-9A-Z]{5}-){5}[0-9A-Z]{5})", told.output)
    assert found
    workplace = Workplace.open(SeatHome(place.seat))
    try:
        session = workplace.session_of(place.session)
        keys = unlock_with(workplace, session, ReleaseShare.from_code(found[1]))
        item = session.package.open_item(session.package.header.items[0].item, keys.content)
    finally:
        workplace.close()
    assert item.stem.zh
    assert "(released)" in terminal.run("registry", "show", "--home", place.registry).output


def test_show_lists_what_a_session_file_names(terminal: Terminal, place: Place) -> None:
    told = terminal.run("registry", "show", "--home", place.registry)
    kinds = [line.split()[0] for line in told.output.splitlines()]
    assert kinds == ["Package", "Proctor", "Proctor", "Device", "Session", "Fingerprint", "Root"]
    assert sha256((place.registry / "trust" / "root.json").read_bytes()).hexdigest() in told.output
    assert "07" in told.output
    assert "李梅" in told.output


def test_a_site_key_is_a_key_pair_for_its_owner_alone(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "site.key"
    told = terminal.run("site", "key", file)
    public = re.findall(r'public_key = "(.+)"', told.output)[0]
    secret = SealingKey.from_raw(base64.b64decode(file.read_bytes()))
    assert base64.b64decode(public) == secret.public_raw
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert base64.b64encode(secret.raw()).decode() not in told.output


def test_no_file_is_ever_written_over(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for arguments in (("site", "key", taken), ("registry", "invite", "--home", place.registry, "08", taken)):
        told = terminal.run(*arguments)
        assert told.code == 3
        assert "FILE_TAKEN" in told.errors
    assert taken.read_text() == "mine"


def test_an_invitation_is_good_once(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    told = terminal.run("seat", "enrol", "--home", tmp_path / "second", place.root / "07.invitation")
    assert told.code == 1
    assert "TOKEN_USED" in told.errors


def test_a_seat_is_enrolled_again_without_harm(terminal: Terminal, place: Place) -> None:
    told = terminal.run("seat", "enrol", "--home", place.seat, place.root / "07.invitation")
    assert told.code == 0
    assert len(Terminal().run("registry", "show", "--home", place.registry).output.splitlines()) == 7


def test_a_pin_has_to_be_typed_twice_the_same(terminal: Terminal, place: Place) -> None:
    told = terminal.run(
        "registry", "proctor", "add", "--home", place.registry, "赵强", typed="111111\n222222\n333333\n333333\n"
    )
    assert told.code == 0
    assert "do not match" in told.output + told.errors
    assert "111111" not in told.output


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('site = "某县考点"\n', "", "site"),
        ('room = "', 'rom = "', "room"),
        ("count = 70", "count = 0", "blueprint.sections.0.count"),
        ("retention_days = 1098", "retention_days = 30", "policy.retention_days"),
        ('role = "escrow"', 'role = "friend"', "recipients.1.role"),
        (f"opens = {OPENS.isoformat()}", "opens = 2026-12-01T09:00:00", "opens"),
        ("rehearsal = false", "rehearsal = maybe", "changed.toml"),
        ("rehearsal = false", f"rehearsal = {'[' * 20_000}", "changed.toml"),
        ("rehearsal = false", f"rehearsal = {'{a=' * 20_000}", "changed.toml"),
        ("count = 70", f"count = {'7' * 5_000}", "changed.toml"),
        ("count = 70", f"count = 0x{'7' * 5_000}", "blueprint.sections.0.count"),
        ("count = 70", "count = 1e400", "blueprint.sections.0.count"),
        ('photo = "', 'photo = "a\\u0000b', "candidates.0.photo"),
    ],
    ids=lambda part: part[:40],
)
def test_a_mistake_in_the_session_file_is_named_by_its_place(
    terminal: Terminal, place: Place, tmp_path: Path, old: str, new: str, where: str
) -> None:
    told = plan_with(terminal, place, tmp_path, old, new)
    assert told.code == 1
    assert f"because of “{where}”" in told.errors
    assert "SESSION_FILE_REFUSED" in told.errors


def test_a_package_that_is_not_published_is_named(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    told = plan_with(terminal, place, tmp_path, 'package = "', f'package = "{unknown}" # "')
    assert told.code == 1
    assert "PACKAGE_NOT_PUBLISHED" in told.errors
    assert "examroom registry show" in " ".join(told.errors.split())
    assert unknown in "".join(told.errors.split())


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "1700-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_the_end_of_the_calendar_is_refused_not_a_defect(
    terminal: Terminal, place: Place, tmp_path: Path, moment: str
) -> None:
    told = plan_with(terminal, place, tmp_path, f"opens = {OPENS.isoformat()}", f"opens = {moment}")
    assert told.code == 1
    assert "[PLAN_REFUSED" in told.errors


def test_a_photo_that_is_no_plain_file_keeps_nobody_waiting(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    photo = re.findall(r'photo = "(.+)"', place.session_file.read_text(encoding="utf-8"))[0]
    told = plan_with(terminal, place, tmp_path, photo, "pipe.png")
    assert told.code == 3
    assert "[FILE_UNREADABLE" in told.errors


def test_what_the_registry_refuses_to_plan_is_not_planned(terminal: Terminal, place: Place, tmp_path: Path) -> None:
    before = terminal.run("registry", "show", "--home", place.registry).output
    told = plan_with(terminal, place, tmp_path, "990101198503120010", "990101198503120011")
    assert told.code == 1
    assert "IDENTITY_NUMBER_WRONG" in told.errors
    assert plan_with(terminal, place, tmp_path, "count = 70", "count = 400").code == 1
    assert terminal.run("registry", "show", "--home", place.registry).output == before


def test_a_bank_in_one_language_is_published_once_and_its_keeper_told(terminal: Terminal, tmp_path: Path) -> None:
    home = tmp_path / "registry"
    assert terminal.run("registry", "init", "--home", home, "--name", "R").code == 0
    chinese = item("Q1", body='<div xml:lang="zh-CN"><p>只有中文</p></div>')
    bank = write_zip(one_item(chinese), tmp_path / "bank.zip")
    told = terminal.run("registry", "publish", "--home", home, bank)
    assert (told.code, told.errors) == (0, "")
    assert "Bank published: 1 items, version 1" in told.output
    assert "Part of item Q1 is in Chinese only" in told.output
    again = terminal.run("registry", "publish", "--home", home, bank)
    assert again.code == 1
    assert "PACKAGE_NOT_NEWER" in again.errors
    assert terminal.run("registry", "publish", "--home", home, bank, "--version", "2").code == 0


def test_the_agent_says_what_one_pass_came_to(place: Place) -> None:
    told = as_command("agent", "run", "--once", "--home", place.seat)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "New receipts: 0; new proofs: 0; still waiting: 0.\n"
    chinese = as_command("agent", "run", "--once", "--home", place.seat, language="zh")
    assert chinese.stdout == "新签收 0 份，新存证 0 份，仍在等待 0 份。\n"
