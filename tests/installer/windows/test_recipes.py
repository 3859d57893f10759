"""The scripts for a Windows machine, read here as text: nothing of them can be run on Linux.

What these tests know of Inno Setup are the names of its documentation's index; its compiler has never seen the script.
"""

import ast
import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from app.cli.frozen import MODULES
from app.cli.main import app
from app.seat import agent_service
from installer.windows.contents import ROOT
from proctoring.lockdown.windows import service

FOLDER = ROOT / "installer" / "windows"
SCRIPT = (FOLDER / "examroom.iss").read_text("utf-8")
SHELL = {file.name: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.ps1"))}


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIRECTIVES = words_of(
    "AppId AppName AppVersion AppPublisher VersionInfoVersion DefaultDirName DisableDirPage UsePreviousAppDir "
    "DisableProgramGroupPage DefaultGroupName PrivilegesRequired ArchitecturesAllowed ArchitecturesInstallIn64BitMode "
    "MinVersion LicenseFile OutputDir OutputBaseFilename Compression SolidCompression WizardStyle UninstallDisplayIcon "
    "CloseApplications RestartApplications SetupLogging SignTool SignedUninstaller"
)
PARAMETERS = {
    "Languages": {"Name", "MessagesFile"},
    "InstallDelete": {"Type", "Name"},
    "Files": {"Source", "DestDir", "Flags"},
    "Icons": {"Name", "Filename", "Parameters"},
    "Run": {"Filename", "Parameters", "Flags", "Check", "Description"},
}
FLAGS = words_of("recursesubdirs createallsubdirs ignoreversion runhidden postinstall nowait skipifsilent unchecked")
CONSTANTS = {"app", "autopf", "group", "sys", "commonappdata"}
EVENTS = {"InitializeSetup", "PrepareToInstall", "InitializeUninstall", "CurUninstallStepChanged"}
OPENING = ("begin", "then", "else", "do", "var", "const", "try", "except", "end")
SUPPORT = words_of(
    "RegKeyExists RegQueryStringValue ExecAndCaptureOutput ExpandConstant GetArrayLength Log Told FileExists Pos "
    "CustomMessage SuppressibleMsgBox Exec StrToVersion ComparePackedVersion FmtMessage StopServices Stopping "
    "HasService"
)


def sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in SCRIPT.splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            name = header[1]
            assert name not in found, name
            found[name] = []
        elif name and line.strip() and not line.startswith(("#", ";")):
            found[name].append(line)
    return found


def code() -> str:
    """Give the Pascal without its comments, and with every text emptied of what is in it."""
    text = re.sub(r"\{[^}#]*\}", "", re.sub(r"'[^']*'", "''", "\n".join(sections()["Code"])))
    assert text.count("'") % 2 == 0
    return text


def entries(section: str) -> list[dict[str, str]]:
    pattern = r'(\w+): ("(?:[^"]|"")*"|[^;]+)(?:; |$)'
    found = [dict(re.findall(pattern, line)) for line in sections()[section]]
    lines = ["; ".join(f"{key}: {value}" for key, value in one.items()) for one in found]
    assert lines == sections()[section]  # nothing was overlooked
    return [{key: value.strip('"') for key, value in one.items()} for one in found]


def test_the_script_has_the_sections_and_settings_that_there_are() -> None:
    assert set(sections()) == {"Setup", "CustomMessages", "Code", *PARAMETERS}
    settings = [line.partition("=")[0] for line in sections()["Setup"]]
    assert set(settings) <= DIRECTIVES
    assert len(settings) == len(set(settings))
    for section, known in PARAMETERS.items():
        for entry in entries(section):
            assert set(entry) <= known, section
            assert set(entry.get("Flags", "ignoreversion").split()) <= FLAGS, section


def test_it_asks_for_an_administrator_and_installs_where_only_one_can_write() -> None:
    settings = dict(line.split("=", 1) for line in sections()["Setup"])
    assert settings["PrivilegesRequired"] == "admin"
    assert settings["DefaultDirName"].startswith("{autopf}")
    assert settings["DisableDirPage"] == "yes"
    assert settings["CloseApplications"] == "no"
    assert re.fullmatch(r"\{\{\{#Guid\}\}", settings["AppId"])
    assert re.search(r'^#define Guid "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"$', SCRIPT, re.MULTILINE)


def test_what_it_takes_is_there_or_is_what_the_recipe_makes() -> None:
    spec = (FOLDER / "examroom.spec").read_text("utf-8")
    ast.parse(spec)
    defined = re.search(r'^#define Folder "(.+)"$', SCRIPT, re.MULTILINE)
    assert defined
    assert defined[1] == r"..\..\dist\windows\examroom"
    assert re.search(r'^COLLECT\(.*name="examroom"', spec, re.MULTILINE)
    assert '"dist" / "windows" / "examroom"' in (FOLDER / "trial.py").read_text("utf-8")
    sources = [one["Source"] for one in entries("Files")]
    assert sources == [r"{#Folder}\*", "services.ps1"]
    assert (FOLDER / "services.ps1").is_file()
    settings = dict(line.split("=", 1) for line in sections()["Setup"])
    assert (FOLDER / settings["LicenseFile"].replace("\\", "/")).resolve() == ROOT / "LICENSE"


def test_every_word_is_there_in_both_languages_and_every_one_is_shown() -> None:
    words = [re.match(r"(zh|en)\.(\w+)=(.+)", line) for line in sections()["CustomMessages"]]
    assert all(words)
    by_language = {language: {word[2] for word in words if word and word[1] == language} for language in ("zh", "en")}
    shown = set(re.findall(r"\{cm:(\w+)\}", SCRIPT)) | set(re.findall(r"CustomMessage\('(\w+)'\)", SCRIPT))
    assert by_language["zh"] == by_language["en"] == shown
    assert {one["Name"] for one in entries("Languages")} == set(by_language)
    for word in words:
        if word and word[1] == "zh":
            assert re.search(r"[\u4e00-\u9fff]", word[3]), word[2]


def test_only_known_constants_are_used() -> None:
    told = "\n".join(line for name, lines in sections().items() if name != "Code" for line in lines)
    told += "\n".join(re.findall(r"'(\{[^']+)'", "\n".join(sections()["Code"])))
    assert set(re.findall(r"(?<!\{)\{(\w+)\}", told)) <= CONSTANTS


def test_the_code_is_whole_and_calls_nothing_unknown() -> None:
    text = code()
    words = re.findall(r"\b(begin|try|case|end)\b", text)
    assert words.count("end") == len(words) - words.count("end") > 0
    defined = re.findall(r"^(?:function|procedure) (\w+)\(", text, re.MULTILINE)
    assert set(defined) - SUPPORT == EVENTS
    body = re.sub(r"^(?:function|procedure) .*$", "", text, flags=re.MULTILINE)
    assert set(re.findall(r"\b(\w+)\(", body)) <= SUPPORT | {"if", "and"}
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    odd = [line for line in lines if not line.endswith((";", *OPENING))]
    assert [line.strip() for line in odd] == ["Said := Said + Output.StdOut[Line] + #13#10"]  # what stands before else


@pytest.mark.parametrize("place", ["examroom.iss", *SHELL])
def test_the_modules_and_services_that_scripts_name_are_the_program_s(place: str) -> None:
    text = (FOLDER / place).read_text("utf-8")
    assert set(re.findall(r"--be-module(?:', '| )([\w.]+)", text)) <= MODULES
    names = set(re.findall(r"\bExamroom(?:Lockdown|Agent)\b", text))
    assert names <= {service.NAME, agent_service.NAME}
    assert text.count("--be-module") == len(re.findall(r"--be-module(?:', '| )[\w.]+", text))


def test_the_commands_that_it_calls_are_there() -> None:
    called = {
        one["Parameters"].split()[0] for one in (*entries("Icons"), *entries("Run")) if "{app}" in one["Filename"]
    }
    known = set(getattr(get_command(app), "commands", {}))
    assert called == {"setup", "doctor"}
    assert called <= known
    help_of = CliRunner().invoke(app, ["seat", "may-change", "--help"])
    assert (help_of.exit_code, "--json" in help_of.output) == (0, True)


def test_the_answer_that_it_looks_for_is_the_one_that_is_given() -> None:
    told = (ROOT / "app" / "cli" / "seat_changing.py").read_text("utf-8")
    assert re.search(r'\{"may": not reasons', told)
    assert re.findall(r"Pos\('(.+?)', Json\)", SCRIPT) == ['"may": true', '"may": false']  # as json.dumps writes it


@pytest.mark.parametrize("name", list(SHELL))
def test_shell_scripts_stop_at_the_first_trouble_and_say_that_they_were_never_run(name: str) -> None:
    text = SHELL[name]
    assert "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n" in text
    assert "has ever been run on Windows" in text
    bare = re.sub(r"(?m)^\s*#.*$", "", text)
    bare = re.sub(r"'[^'\n]*'", "''", bare)
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing), opening
    given = re.findall(r"^\s*(?:\[Parameter[^\n]*\]\s*)?\[[\w\[\].]+\]\s+\$(\w+)", bare, re.MULTILINE)
    given += re.findall(r"\[(?:string(?:\[\])?|switch)\] \$(\w+)", bare)
    set_here = set(re.findall(r"\$(\w+)\s*\+?=", bare)) | set(given) | set(re.findall(r"foreach \(\$(\w+) in", bare))
    own = {"LASTEXITCODE", "PSScriptRoot", "null", "true", "false", "env"}
    assert set(re.findall(r"[$@](\w+)\b(?!:)", bare)) - set_here - own == set()
    native = [line for line in bare.splitlines() if re.match(r"\s*& [$\w]", line) and "$signing" not in line]
    assert len(native) == len(re.findall(r"\$LASTEXITCODE -ne 0", bare)), name


def test_the_build_script_names_what_is_there() -> None:
    text = SHELL["build.ps1"]
    for path in re.findall(r"'((?:installer\\windows\\|requirements)[\w.\\]+)'", text):
        assert (ROOT / path.replace("\\", "/")).is_file(), path
    assert "Join-Path $PSScriptRoot 'sign.ps1'" in text
    assert "--require-hashes" in text
    locks = [ROOT / "requirements.lock", FOLDER / "freezing.lock"]
    assert all("--hash=sha256:" in lock.read_text("utf-8") for lock in locks)


def test_what_freezes_the_program_fits_the_lock_of_the_program() -> None:
    pins = [re.findall(r"^([\w.-]+)==([\w.]+)", Path(lock).read_text("utf-8"), re.MULTILINE)
            for lock in (ROOT / "requirements.lock", FOLDER / "freezing.lock")]  # fmt: skip
    ours, theirs = ({*pins[0]}, {*pins[1]})
    names = {name for name, _ in ours}
    assert {(name, version) for name, version in theirs if name in names} <= ours
    assert "pyinstaller" in {name for name, _ in theirs}


def test_the_checklist_says_first_that_nothing_was_run_on_windows() -> None:
    text = (FOLDER / "CHECKLIST.md").read_text("utf-8")
    assert "Nothing here has ever been run on Windows" in " ".join(text.split())[:400]
    for path in re.findall(r"`((?:installer|tests|proctoring|app|sync)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
