"""What the packages depend on, held against what a checkout is set up with, and their files against each other."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from installer.package.recipe import PRODUCTS, SCRIPTS, SEAT, UNITS, Product

HERE = Path(__file__).parents[3]


def test_a_seat_depends_on_the_libraries_that_a_checkout_installs() -> None:
    text = (HERE / "installer/bootstrap.sh").read_text("utf-8")
    listed = re.search(r"^libraries=\(\n(.+?)^\)", text, re.DOTALL | re.MULTILINE)
    assert listed is not None
    lines = [line for line in listed[1].splitlines() if not line.strip().startswith("#")]
    names = {name.strip("'").replace("|", " | ") for name in " ".join(lines).split()}
    assert {"libgl1", "libglib2.0-0t64 | libglib2.0-0"} <= names
    assert names - {"xvfb"} <= set(SEAT.depends)  # a seat has a screen


def unit(product: Product, name: str) -> configparser.RawConfigParser:
    carried = {Path(one).name: HERE / one for one in product.carried}
    place = carried.get(name, SCRIPTS / product.short / "files" / UNITS / name)
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = lambda text: text  # type: ignore[method-assign,assignment]  # its documented way
    parser.read_string(place.read_text("utf-8"))
    return parser


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_a_service_runs_as_the_user_and_in_the_folder_that_the_package_makes(product: Product) -> None:
    files = SCRIPTS / product.short / "files/usr/lib"
    user, home = re.findall(r'^u (\S+) - "[^"]+" (\S+) /usr/sbin/nologin$', *_read(files / "sysusers.d"))[0]
    made = re.findall(r"^d (\S+) 0700 (\S+) \S+$", *_read(files / "tmpfiles.d"))
    told = unit(product, product.units[0])
    assert told["Service"]["User"] == user
    assert told["Service"]["WorkingDirectory"] == home
    assert (home, user) in made
    arguments = told["Service"]["ExecStart"].split()
    assert arguments[0] == f"/usr/bin/{product.command}"
    folder = arguments[arguments.index("--home") + 1]
    assert (folder, user) in made
    assert folder in told["Service"]["ReadWritePaths"].split()
    assert told["Unit"]["ConditionPathExists"].startswith(f"{folder}/")


def _read(folder: Path) -> tuple[str, int]:
    (only,) = folder.iterdir()
    return only.read_text("utf-8"), re.MULTILINE  # what `re.findall` takes after its pattern


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.short)
def test_a_service_may_do_no_more_than_the_lock_downs(product: Product) -> None:
    ours = dict(unit(product, product.units[0])["Service"])
    lockdown = configparser.RawConfigParser(strict=False)
    lockdown.optionxform = lambda text: text  # type: ignore[method-assign,assignment]  # its documented way
    lockdown.read(HERE / "resources/lockdown/examroom-agent.service", "utf-8")
    named = ("Protect", "Private", "Restrict", "NoNew", "Lock", "UMask", "CapabilityBoundingSet", "SystemCallArch")
    for key, value in lockdown["Service"].items():
        if key.startswith(named):
            assert ours[key] == value, key


def test_the_desktops_entry_hands_the_display_to_the_administrators_program(tmp_path: Path) -> None:
    entry = configparser.RawConfigParser()
    entry.optionxform = lambda text: text  # type: ignore[method-assign,assignment]  # its documented way
    entry.read(SCRIPTS / "seat/files/usr/share/applications/examroom-seat.desktop", "utf-8")
    said = entry["Desktop Entry"]["Exec"].replace(
        "\\\\", "\\"
    )  # a string's own escapes; the rest is quoted as in a shell
    (tmp_path / "pkexec").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "pkexec").chmod(0o700)
    around = {"PATH": f"{tmp_path}:/usr/bin:/bin", "DISPLAY": ":7", "HOME": "/home/somebody"}
    words = subprocess.run(["sh", "-c", said], env=around, check=True, capture_output=True, text=True).stdout
    assert words.split() == ["env", "DISPLAY=:7", "XAUTHORITY=/home/somebody/.Xauthority", "/usr/bin/examroom", "setup"]
    assert "Name[zh_CN]" in entry["Desktop Entry"]
