"""What goes into the frozen program: every module and file of ours, and of others the licences."""

import ast
import json
from importlib.metadata import distribution, version
from pathlib import Path

from app.cli import frozen
from installer.windows import contents, licences
from installer.windows.resource import version_resource


def test_every_module_is_taken_and_so_is_each_that_a_frozen_program_can_be() -> None:
    modules = contents.own_modules()
    assert len(modules) == len(set(modules)) > 900
    started = {f"{name}.__main__" if f"{name}.__main__" in modules else name for name in frozen.MODULES}
    assert started <= set(modules)
    assert {"app", "app.cli.main", "sync.own_program"} <= set(modules)


def test_every_file_that_is_no_module_is_taken_but_the_pictures_of_the_readme() -> None:
    taken = {Path(file).relative_to(contents.ROOT).as_posix(): folder for file, folder in contents.own_data()}
    there = {
        file.relative_to(contents.ROOT).as_posix()
        for folder in ("app", "proctoring", "sync", "resources")
        for file in (contents.ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    missing = {file for file in there - set(taken) if not file.endswith(".py")}
    assert missing == {file for file in there if file.startswith("resources/screenshots/")}
    assert taken["resources/lockdown/xorg.conf"] == "app/_resources/lockdown"
    assert taken["proctoring/capture/simulated.png"] == "proctoring/capture"
    assert taken["app/registry/migrations/env.py"] == "app/registry/migrations"
    assert "app/registry/database.py" not in taken


def test_of_the_many_services_of_a_cloud_only_what_object_storage_takes_is_needed() -> None:
    needed = ("botocore/data/s3/2006-03-01/service-2.json.gz", "botocore/data/endpoints.json", "cv2/cv2.abi3.so")
    assert all(contents.is_needed(place) for place in needed)
    assert contents.is_needed(r"botocore\data\sts\2011-06-15\service-2.json.gz")
    assert not contents.is_needed("botocore/data/ec2/2016-11-15/service-2.json.gz")
    assert not contents.is_needed(r"botocore\data\ec2\2016-11-15\service-2.json.gz")


def test_components_are_found_by_their_files_and_bring_their_licences(tmp_path: Path) -> None:
    taken = [str(distribution("segno").locate_file("segno/encoder.py")), str(contents.ROOT / "app" / "resources.py")]
    files = dict(licences.collect(taken, tmp_path / "build"))
    listed = json.loads(Path(files["licences/components.json"]).read_text("utf-8"))
    by_name = {one["name"]: one for one in listed}
    assert set(by_name) - {"pyinstaller"} == {"examroom", "segno", "Python"}
    assert by_name["segno"]["version"] == version("segno")
    assert by_name["examroom"]["licence"] == "GPL-3.0-or-later"
    for one in listed:
        for text in one["texts"]:
            assert Path(files[f"licences/{text}"]).stat().st_size > 100, text
    assert by_name["segno"]["texts"]
    assert by_name["examroom"]["texts"]


def test_every_locked_component_of_the_program_says_its_licence(tmp_path: Path) -> None:
    names = ("PySide6_Essentials", "opencv-python", "av", "cryptography", "sqlcipher3", "lxml", "pyrage", "xlsxwriter")
    taken = [
        str(distribution(name).locate_file(file))
        for name in names
        for file in distribution(name).files or ()
        if file.suffix in {".so", ".py"}
    ]
    listed = json.loads(Path(dict(licences.collect(taken, tmp_path))["licences/components.json"]).read_text("utf-8"))
    assert len(listed) >= len(names) + 2
    assert [one["name"] for one in listed if one["licence"] == "not said"] == []


def test_what_the_lock_does_not_need_for_these_programs_is_a_stowaway() -> None:
    assert licences.stowaways(["examroom", "Python", "pyside6_essentials", "scipy", "colorama", "xcffib"]) == []
    assert licences.stowaways(["segno", "pytest", "Jinja2"]) == ["Jinja2", "pytest"]


def test_what_windows_shows_of_the_file_has_four_numbers_of_the_version() -> None:
    for said, numbers in (("0.1.0", (0, 1, 0, 0)), ("1.4.2rc1", (1, 4, 2, 0)), ("2.0", (2, 0, 0, 0))):
        text = ast.parse(version_resource(said).strip(), mode="eval")
        fixed = next(one for one in ast.walk(text) if isinstance(one, ast.keyword) and one.arg == "filevers")
        assert ast.literal_eval(fixed.value) == numbers
        assert [one.value for one in ast.walk(text) if isinstance(one, ast.Constant)].count(said) == 2
