"""`examroom lockdown` as it is typed: what it says and how it ends; a place that will not have it is said plainly."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.resources import resource_folder
from proctoring.lockdown import undo
from sync.trust.keys import SigningKey
from tests.app.cli.conftest import Place
from tests.app.cli.lockdown_typed import typed
from tests.app.cli.test_endings import HAN, assert_words
from tests.proctoring.lockdown.pc import fingerprint, make_pc

PEER = ("--peer", "192.0.2.10:8443")
KEYS = {"schema", "state", "phase", "level", "home", "peers", "steps", "drift", "since_ms", "fault"}


@pytest.fixture
def pc(tmp_path: Path) -> Path:
    return make_pc(tmp_path / "pc")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_is_said_off_is_said_and_what_is_in_between(pc: Path, language: str) -> None:
    before = fingerprint(pc)
    said = [
        typed(language, *arguments, "--root", pc)
        for arguments in (("status",), ("install", *PEER), ("status",), ("recover",), ("remove",), ("remove",))
    ]
    assert [told.code for told in said] == [0] * 6
    assert "192.0.2.10:8443" in said[1].output
    assert "examroom.unlocked" in said[1].output
    assert all(bool(HAN.search(told.output)) is (language == "zh") for told in said)
    assert len({told.output for told in said}) == 6
    assert fingerprint(pc) == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_status_names_the_way_back_and_what_to_do_about_a_change(pc: Path, language: str) -> None:
    typed(language, "install", *PEER, "--root", pc)
    assert "examroom.unlocked" in typed(language, "status", "--root", pc).output
    (pc / "etc/X11/Xwrapper.config").write_text("allowed_users=root\n")
    changed = typed(language, "status", "--root", pc).output
    assert "examroom.unlocked" in changed
    assert changed.index("xwrapper") < changed.index("examroom lockdown install")
    assert bool(HAN.search(changed)) is (language == "zh")
    assert "examroom.unlocked" in typed(language, "remove", "--help").output
    assert "examroom.unlocked" in typed(language, "--help").output


def test_status_as_json_has_always_the_same_keys(pc: Path) -> None:
    def status() -> tuple[int, dict[str, object]]:
        told = typed("en", "status", "--json", "--root", pc)
        found: dict[str, object] = json.loads(told.output)
        assert found.keys() == KEYS
        assert found["schema"] == 1
        return told.code, found

    code, off = status()
    assert (code, off["state"], off["level"], off["steps"]) == (0, "off", "desktop", [])
    typed("en", "install", *PEER, "--root", pc)
    code, on = status()
    assert (code, on["state"], on["level"], on["phase"], on["drift"]) == (0, "on", "session", "on", [])
    assert (on["home"], on["peers"]) == ("/var/lib/examroom/seat", ["192.0.2.10:8443"])
    assert isinstance(on["steps"], list)
    assert all(step.keys() == {"name", "kind", "path", "difference"} for step in on["steps"])
    written_ms = (pc / "var/lib/examroom-lockdown").stat().st_mtime_ns // 1_000_000
    assert (off["since_ms"], on["since_ms"]) == (None, written_ms)
    (pc / "etc/X11/examroom-kiosk.conf").unlink()
    code, partial = status()
    assert (code, partial["state"], partial["level"], partial["drift"]) == (1, "partial", "desktop", ["xorg.conf"])
    (pc / "var/lib/examroom-lockdown/undo.json").write_text("{")
    code, damaged = status()
    assert (code, damaged["state"], damaged["fault"]) == (1, "damaged", "LOCKDOWN_PLAN_DAMAGED")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_differs_is_said_in_words(pc: Path, language: str) -> None:
    typed(language, "install", *PEER, "--root", pc)
    (pc / "etc/X11/examroom-kiosk.conf").unlink()
    told = typed(language, "status", "--root", pc)
    assert told.code == 1
    assert {"zh": "xorg.conf：不见了", "en": "xorg.conf: is missing"}[language] in told.output


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("plan", [b"", b'{"format":1,"plan":', b'{"format":7}'])
def test_without_a_good_plan_what_certainly_stands_is_listed(pc: Path, language: str, plan: bytes) -> None:
    typed(language, "install", *PEER, "--root", pc)
    (pc / "var/lib/examroom-lockdown/undo.json").write_bytes(plan)
    before = fingerprint(pc)
    told = typed(language, "remove", "--root", pc)
    assert told.code == 3
    assert "/etc/systemd/system/getty@.service.d/50-examroom.conf" in told.errors.splitlines()
    assert "/etc/systemd/system/multi-user.target.wants/examroom-kiosk.service" in told.errors.splitlines()
    code = "LOCKDOWN_PLAN_NEWER" if b"7" in plan else "LOCKDOWN_PLAN_DAMAGED"
    assert f"[{code}" in told.errors
    assert fingerprint(pc) == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_any_plan_what_stands_is_said_and_nothing_is_taken_for_how_it_was_before(
    pc: Path, language: str
) -> None:
    typed(language, "install", *PEER, "--root", pc)
    (pc / "var/lib/examroom-lockdown/undo.json").unlink()
    before = fingerprint(pc)
    for arguments, code in ((("remove",), 3), (("install", *PEER), 3), (("status",), 1)):
        told = typed(language, *arguments, "--root", pc)
        assert told.code == code
        assert "[LOCKDOWN_PLAN_LOST" in told.errors
        assert "/etc/systemd/system/examroom-kiosk.service" in told.errors.splitlines()
        assert_words("\n".join(told.errors.splitlines()[:4]), language)
    assert fingerprint(pc) == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_work_of_others_that_had_to_give_way_is_named_with_its_place(pc: Path, language: str) -> None:
    typed(language, "install", *PEER, "--root", pc)
    (pc / "etc/X11/Xwrapper.config").write_text("allowed_users=root\n")
    told = typed(language, "remove", "--root", pc)
    assert told.code == 0
    assert "/var/lib/examroom-lockdown-edited/etc/X11/Xwrapper.config" in told.output.splitlines()
    assert (pc / "etc/X11/Xwrapper.config").read_text() == "allowed_users=anybody\n"


def test_install_names_the_addresses_that_it_opens(pc: Path) -> None:
    told = typed("en", "install", "--peer", "localhost:8443", "--dns", "192.0.2.53", "--root", pc)
    assert "127.0.0.1:8443" in told.output
    assert "192.0.2.53:53" in told.output


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "LOCKDOWN_NO_PEER"),
        (("--peer", "nonsense"), "LOCKDOWN_PEER_UNUSABLE"),
        (("--peer", "010.0.0.1:443"), "LOCKDOWN_PEER_UNUSABLE"),
        ((*PEER, "--dns", "name.example"), "LOCKDOWN_PEER_UNUSABLE"),
        ((*PEER, "--home", "/var/lib/nowhere"), "LOCKDOWN_HOME_UNUSABLE"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(
    pc: Path, language: str, arguments: tuple[str, ...], code: str
) -> None:
    before = fingerprint(pc)
    told = typed(language, "install", *arguments, "--root", pc)
    assert told.code == 3
    assert_words(told.errors, language)
    assert f"[{code}" in told.errors
    assert fingerprint(pc) == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pc_without_systemd_is_said_plainly(tmp_path: Path, language: str) -> None:
    told = typed(language, "install", *PEER, "--root", tmp_path)
    assert told.code == 3
    assert_words(told.errors, language)
    assert "[LOCKDOWN_NO_SYSTEMD" in told.errors
    assert list(tmp_path.iterdir()) == []


def test_the_registry_that_the_seat_is_enrolled_with_and_the_sites_store_are_let_through(
    pc: Path, place: Place
) -> None:
    seat = pc / "var/lib/examroom/seat"
    shutil.copytree(place.seat / "trust", seat / "trust")
    pem = SigningKey.generate_p256().public.pem
    archive = "019a0000-0000-7000-8000-000000000001"
    store = {"address": "s3+https://192.0.2.20:9000/exams", "archive": archive, "archive_public_key_pem": pem}
    (seat / "site-store.json").write_text(json.dumps(store))
    told = typed("en", "install", "--root", pc)
    assert told.code == 0, told.errors
    rules = (pc / "etc/examroom/egress.nft").read_text()
    assert "ip daddr 192.0.2.20 tcp dport 9000 accept" in rules
    assert re.search(r"ip daddr 127\.0\.0\.1 tcp dport [0-9]+ accept", rules)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", ["install", "remove", "recover"])
def test_whoever_is_not_the_administrator_is_told_so(
    monkeypatch: pytest.MonkeyPatch, language: str, command: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    told = typed(language, command, *(PEER if command == "install" else ()))
    assert told.code == 3
    assert_words(told.errors, language)
    assert "[LOCKDOWN_NOT_ALLOWED" in told.errors


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_cannot_read_the_plan_is_told_that_there_is_one_and_whom_to_ask(
    pc: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    typed(language, "install", *PEER, "--root", pc)

    def closed(path: Path, _most: int) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))  # root, as which tests may run, reads it

    with monkeypatch.context() as patch:
        patch.setattr(undo, "read_bounded", closed)
        patch.setattr(os, "geteuid", lambda: 1000)
        told = typed(language, "status", "--root", pc)
        as_json = json.loads(typed(language, "status", "--root", pc, "--json").output)
    assert told.code == 3
    assert {"zh": "系统管理员身份", "en": "as root"}[language] in told.output
    assert bool(HAN.search(told.output)) is (language == "zh")
    assert (as_json["state"], as_json["steps"], as_json["fault"]) == ("unseen", [], "LOCKDOWN_NOT_ALLOWED")
    assert as_json["since_ms"] is not None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_install_says_what_to_do_next_how_to_let_go_and_what_else_has_to_be_locked(pc: Path, language: str) -> None:
    told = typed(language, "install", *PEER, "--root", pc)
    wanted = {
        "zh": ("请重新启动本机", "examroom lockdown remove", "启动菜单和主板设置都加上密码"),
        "en": ("restart", "examroom lockdown remove", "set a password for the boot menu"),
    }
    assert all(part in told.output for part in wanted[language])


def test_of_the_kiosks_user_only_the_recorder_outlives_and_it_goes_with_the_lockdown(pc: Path) -> None:
    typed("en", "install", *PEER, "--root", pc)
    etc = pc / "etc/systemd"
    assert "\nKillMode=mixed\n" in (etc / "system/examroom-kiosk.service").read_text()
    assert "\nKillExcludeUsers=root examroom-kiosk\n" in (etc / "logind.conf.d/zz-examroom-lockdown.conf").read_text()
    assert "Before=examroom-kiosk.service" in (etc / "system/session-.scope.d/50-examroom.conf").read_text()
    plan = json.loads((pc / "var/lib/examroom-lockdown/undo.json").read_text())["plan"]
    uid = next(
        line.split(":")[2]
        for line in (pc / "etc/passwd").read_text().splitlines()
        if line.startswith("examroom-kiosk:")
    )
    stopped = [unit for step in plan["steps"] for unit in step.get("stopping", [])]
    assert stopped[0] == "examroom-kiosk.service"
    assert stopped[-1] == f"user-{uid}.slice"


TRIAL = "tests.app.cli.lockdown_disks"


def test_a_disk_that_is_full_or_read_only_is_said_and_everything_is_as_before(tmp_path: Path) -> None:
    ourselves = () if os.geteuid() == 0 else ("--user", "--map-auto", "--map-root-user")
    argv = ["unshare", *ourselves, "--mount", sys.executable, "-m", TRIAL, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "full: 3 DISK_FULL same",
        "full-later: 3 LOCKDOWN_ROLLED_BACK same",
        "read-only: 3 LOCKDOWN_READ_ONLY same",
    ]


def test_every_file_that_is_put_on_a_pc_says_where_it_is_from_and_how_it_goes() -> None:
    files = [file for file in (resource_folder() / "lockdown").iterdir() if file.name != "README.md"]
    assert len(files) > 15
    for file in files:
        assert re.match(
            r"(#|//) Put here by `examroom lockdown install`; `examroom lockdown remove` takes", file.read_text()
        )
