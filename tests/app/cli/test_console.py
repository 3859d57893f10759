"""How checks look in a terminal of any width, and in a pipe."""

import importlib
import io

import pytest
import typer
from rich.cells import cell_len
from rich.console import Console

import app.cli.console
from app.cli.console import CheckLine, Mark, detail_here, print_checks, print_fault, print_text, simulated_parts
from sync.client.connection import RegistryUnreachable
from sync.faults import Exit

LINES = [
    CheckLine(Mark.GOOD, "The packet is in its one canonical form; no byte was added or changed"),
    CheckLine(
        Mark.BAD, "没有重复的试题或作答，签名者都在登记名录中，每个签名都有效", "x" * 64 + " and some words more"
    ),
    CheckLine(Mark.NOTE, "Short"),
]


def shown(monkeypatch: pytest.MonkeyPatch, width: int | None) -> list[str]:
    """Give what is printed in a terminal of this width, or in a pipe."""
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=width is not None, color_system=None, emoji=False, soft_wrap=True
    )
    monkeypatch.setattr(app.cli.console, "out", console)
    monkeypatch.setenv("EXAMROOM_LANGUAGE", "en")
    print_checks(LINES)
    return file.getvalue().splitlines()


def test_in_a_wide_terminal_every_check_is_a_line_and_its_detail_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 120) == [
        f"✓ {LINES[0].name}",
        f"✗ {LINES[1].name}",
        f"  {LINES[1].detail}",
        "! Short",
    ]


@pytest.mark.parametrize("width", [80, 40, 20])
def test_in_a_narrow_terminal_nothing_is_cut_and_what_breaks_is_indented(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    lines = shown(monkeypatch, width)
    assert max(cell_len(line) for line in lines) <= width
    marks = [line[0] for line in lines if not line.startswith("  ")]
    assert marks == ["✓", "✗", "!"]
    told = "".join(line[2:].replace(" ", "") for line in lines)
    assert told == "".join((line.name + line.detail).replace(" ", "") for line in LINES)


def test_the_spaces_of_chinese_text_stay(capsys: pytest.CaptureFixture[str]) -> None:
    print_text("应试\u3000场次\u202e \x1b[2J")
    assert capsys.readouterr().out == "应试\u3000场次\ufffd \ufffd[2J\n"


@pytest.mark.parametrize(("language", "named"), [("zh", "考生、画面、声音"), ("en", "candidate, picture, sound")])
def test_what_is_simulated_is_named_in_the_persons_language(
    monkeypatch: pytest.MonkeyPatch, language: str, named: str
) -> None:
    monkeypatch.setenv("EXAMROOM_LANGUAGE", language)
    assert simulated_parts(("candidate", "picture", "sound")) == named


def test_in_a_pipe_nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, None) == shown(monkeypatch, 500)


@pytest.mark.parametrize(
    "detail", ["no proctor has countersigned", "5 entries", "-3 ms by the wall clock", "expired on 3"]
)
def test_an_english_detail_is_shown_in_an_english_terminal_only(monkeypatch: pytest.MonkeyPatch, detail: str) -> None:
    for language, shown_here in (("en", detail), ("zh", "")):
        monkeypatch.setenv("EXAMROOM_LANGUAGE", language)
        assert detail_here(detail) == shown_here


def test_a_digest_or_a_file_s_name_is_shown_in_any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMROOM_LANGUAGE", "zh")
    for detail in ("0a" * 32, "x.receipt.json", "2"):
        assert detail_here(detail) == detail


def test_a_command_promises_nobody_to_try_again_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXAMROOM_LANGUAGE", "en")
    file = io.StringIO()
    monkeypatch.setattr(app.cli.console, "err", Console(file=file, width=400))
    print_fault(RegistryUnreachable("ConnectTimeout"))
    assert "by itself" not in file.getvalue()
    assert "run this command again" in file.getvalue()


def test_a_command_of_another_package_says_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @app.cli.console.command
    def serve() -> None:
        importlib.import_module("a_server_that_no_seat_has.parts")

    monkeypatch.setenv("EXAMROOM_LANGUAGE", "en")
    monkeypatch.setattr(app.cli.console, "err", Console(stderr=True, soft_wrap=True))
    with pytest.raises(typer.Exit) as ended:
        serve()
    said = capsys.readouterr().err
    assert ended.value.exit_code == Exit.ENVIRONMENT
    assert "the library a_server_that_no_seat_has" in said
    assert "PART_NOT_INSTALLED" in said


def test_a_module_of_our_own_that_is_missing_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    @app.cli.console.command
    def serve() -> None:
        importlib.import_module("app.no_such_room")

    reported: list[str] = []
    monkeypatch.setattr(app.cli.console, "_print_defect", reported.append)
    with pytest.raises(typer.Exit):
        serve()
    assert "app.no_such_room" in reported[0]
