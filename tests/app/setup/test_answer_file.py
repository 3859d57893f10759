"""The answer file: read strictly, one for many PCs, and the whole of it by one command."""

import json
import platform
import re
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.resources import resource_folder
from app.setup.answers import MEASURED, SEAT_HOME, AnswersRefused, parse_answers
from app.setup.invitations import (
    InvitationAmbiguous,
    InvitationMissing,
    InvitationUnreadable,
    invitation_for,
    names_of_this_pc,
    read_invitation,
)
from sync.faults import Refused
from tests.app.cli.terminal import Terminal
from tests.app.setup.conftest import Site, told

EXAMPLE = resource_folder() / "setup-example.toml"
PRINT = "0" * 64


def test_the_example_says_every_answer_and_its_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    answers = parse_answers(text.encode())
    plain = parse_answers(f'[registry]\nfingerprint = "{PRINT}"\ninvitations = "invitations"\n'.encode())
    assert answers.model_copy(update={"registry": plain.registry}) == plain
    assert (plain.home, plain.language, plain.recording.profile) == (SEAT_HOME, Language.ZH, MEASURED)
    for model in (type(plain.registry), type(plain.recording), type(plain.rehearsal), type(plain.lockdown)):
        for name in model.model_fields:
            assert re.search(rf"^(# )?{name} = ", text, re.MULTILINE), name


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("", "registry"),
        ("[registry]\n", "registry.fingerprint"),
        (f'[registry]\nfingerprint = "{PRINT}"\n', "registry"),
        (f'[registry]\nfingerprint = "{PRINT}"\ninvitation = "a"\ninvitations = "b"\n', "registry"),
        (f'[registry]\nfingerprint = "{PRINT}"\naddress = "https://a"\n', "registry"),
        (f'language = "fr"\n[registry]\nfingerprint = "{PRINT}"\ninvitation = "a"\n', "language"),
        (
            f'[registry]\nfingerprint = "{PRINT}"\ninvitation = "a"\n[recording]\ncamera = "webcam"\n',
            "recording.camera",
        ),
        (f'[registry]\nfingerprint = "{PRINT}"\ninvitation = "a"\n[recording]\nprofile = "4k"\n', "recording.profile"),
        (f'[registry]\nfingerprint = "{PRINT}"\ninvitation = "a"\nlock = true\n', "registry.lock"),
        ("[registry", "TOML"),
    ],
)
def test_a_mistake_in_it_is_named_by_its_place(wrong: str, place: str) -> None:
    with pytest.raises(AnswersRefused) as refused:
        parse_answers(wrong.encode())
    assert refused.value.facts["place"] == place


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(AnswersRefused):
        parse_answers(b"\xff\xfe")


def test_an_invitation_is_found_by_the_name_of_this_pc(tmp_path: Path) -> None:
    for name in ("PC-08.json", "serial-1.invitation", "readme.txt"):
        (tmp_path / name).write_text("{}")
    assert invitation_for(tmp_path, ("pc-08", "other")).name == "PC-08.json"
    assert invitation_for(tmp_path, ("x", "SERIAL-1")).name == "serial-1.invitation"
    with pytest.raises(InvitationMissing) as missing:
        invitation_for(tmp_path, ("pc-09", "ABC"))
    assert missing.value.facts["names"] == "pc-09 · ABC"
    with pytest.raises(InvitationAmbiguous):
        invitation_for(tmp_path, ("pc-08", "serial-1"))


def test_this_pc_is_called_by_its_host_name_and_its_serials_but_not_by_what_makers_leave_there(tmp_path: Path) -> None:
    dmi = tmp_path / "sys/class/dmi/id"
    dmi.mkdir(parents=True)
    (dmi / "product_serial").write_text("PF3ABCDE\n")
    (dmi / "board_serial").write_text("To Be Filled By O.E.M.\n")
    names = names_of_this_pc(tmp_path)
    assert names[0] == platform.node()
    assert names[-1] == "PF3ABCDE"


def test_what_is_no_invitation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(Refused):
        read_invitation(tmp_path / "a.json")
    with pytest.raises(InvitationUnreadable):
        read_invitation(tmp_path / "none.json")


def write_answers(site: Site, folder: Path, **registry: str) -> Path:
    answers = {"fingerprint": site.fingerprint, "invitations": "invitations", **registry}
    lines = [f"{name} = {json.dumps(value)}" for name, value in answers.items() if value]
    text = "\n".join(
        (
            f'home = "{folder / "seat"}"',
            "[registry]",
            *lines,
            '[recording]\ncamera = "synthetic"\nmicrophone = "synthetic"\nprofile = "small"\nlisten_seconds = 1',
            "[rehearsal]\nseconds = 2",
            '[report]\nfolder = "reports"',
        )
    )
    file = folder / "setup.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.long
def test_one_command_makes_a_seat_and_the_same_again_does_nothing_twice(site: Site, tmp_path: Path) -> None:
    for name in ("invitations", "reports"):
        (tmp_path / name).mkdir()
    (tmp_path / "invitations" / f"{platform.node()}.json").write_bytes(site.invite("31").to_bytes())
    file = write_answers(site, tmp_path)
    first = told(Terminal().run("setup", "--answers", file, "--json").output)
    outcomes = {step: one["outcome"] for step, one in first.items()}
    assert outcomes["enrolment"] == "done"
    assert outcomes["devices"] == "attention"  # simulated
    assert outcomes["rehearsal"] == "attention"
    assert "simulated candidate" in str(first["rehearsal"]["what"])
    assert (tmp_path / "reports" / "31.pdf").read_bytes().startswith(b"%PDF")
    assert not list((tmp_path / "seat").glob("rehearsal-*"))
    (tmp_path / "invitations" / f"{platform.node()}.json").unlink()
    said = Terminal("zh").run("setup", "--answers", file)
    assert "✓ 登记本机：本机已登记为“31”" in said.output
    assert ("这台电脑还不能考试" in said.output) is (said.code == 1)


def test_a_wrong_fingerprint_ends_the_command_with_words(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(site.invite("32").to_bytes())
    file = write_answers(site, tmp_path, invitations="", invitation="a.json", fingerprint=PRINT)
    said = Terminal("zh").run("setup", "--answers", file)
    assert said.code == 1
    assert "什么也没有发出去" in said.output
    assert not (tmp_path / "seat" / "trust").exists()
    steps = told(Terminal().run("setup", "--answers", file, "--json").output)
    assert steps["registry"]["code"] == "FINGERPRINT_DIFFERS"
    assert list(steps) == ["registry"]


def test_without_an_invitation_for_this_pc_it_says_what_the_file_has_to_be_called(site: Site, tmp_path: Path) -> None:
    (tmp_path / "invitations").mkdir()
    said = Terminal("zh").run("setup", "--answers", write_answers(site, tmp_path))
    assert said.code == 3
    assert platform.node() in said.output


def test_an_answer_file_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "setup.toml").write_text("[registry]\n")
    said = Terminal("zh").run("setup", "--answers", tmp_path / "setup.toml")
    assert said.code == 1
    assert "registry.fingerprint" in said.errors
