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
    files = dict(licences.collect(taken, ["av.libs/libx265-1.dll"], tmp_path / "build"))
    listed = json.loads(Path(files["licences/components.json"]).read_text("utf-8"))
    by_name = {one["name"]: one for one in listed["components"]}
    assert set(by_name) - {"pyinstaller"} == {"examroom", "segno", "Python"}
    assert by_name["segno"]["version"] == version("segno")
    assert by_name["examroom"]["licence"] == "GPL-3.0-or-later"
    assert listed["libraries"] == [{"file": "av.libs/libx265-1.dll", "project": "x265", "licence": "GPL-2.0-or-later"}]
    for one in listed["components"]:
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
    files = dict(licences.collect(taken, [], tmp_path))
    listed = json.loads(Path(files["licences/components.json"]).read_text("utf-8"))["components"]
    assert len(listed) >= len(names) + 2
    unsaid = [one["name"] for one in listed if one["licence"] == "see its text" and not one["texts"]]
    assert unsaid == []


IN_THE_WHEELS = """
    av.libs/avcodec-62-984de3.dll av.libs/avdevice-62-bf7a3f.dll av.libs/avfilter-11-aef80f.dll
    av.libs/avutil-60-cc17.dll av.libs/libSvtAv1Enc-c4dd99.dll av.libs/libdav1d-959ebc.dll
    av.libs/libgcc_s_seh-1-4c0a.dll av.libs/libiconv-2-6c.dll av.libs/libmp3lame-0-da0269.dll
    av.libs/libopencore-amrnb-0-b8.dll av.libs/libopus-0-4369ed.dll av.libs/libvpl-96.dll
    av.libs/libsharpyuv-8b869e3.dll av.libs/libstdc++-6-2d5c34.dll av.libs/libvpx-1-d869f8.dll
    av.libs/libwebp-4bf4e5.dll av.libs/libwinpthread-1-023.dll av.libs/libx264-165-f3a909.dll
    av.libs/libx265-efe48a1.dll av.libs/zlib1-79e0c4f9.dll av.libs/swresample-6-015853.dll
    av.libs/swscale-9-0c9886c1.dll cv2/opencv_videoio_ffmpeg4140_64.dll PySide6/concrt140.dll
    PySide6/msvcp140_1.dll PySide6/opengl32sw.dll PySide6/pyside6.abi3.dll PySide6/Qt6Core.dll
    PySide6/plugins/platforms/qwindows.dll PySide6/plugins/styles/qmodernwindowsstyle.dll
    shiboken6/shiboken6.abi3.dll numpy.libs/libscipy_openblas64_-63c857.dll numpy.libs/msvcp140-a4c2229b.dll
    scipy.libs/libscipy_openblas-64eda3.dll shiboken6/vcruntime140_1.dll shiboken6/vcomp140.dll
    _sounddevice_data/portaudio-binaries/libportaudio64bit.dll
"""
"""As the wheels of the lock for Windows name them, their digests cut short."""


def test_whose_every_library_of_the_windows_wheels_is_can_be_said() -> None:
    assert [name for name in IN_THE_WHEELS.split() if "not said" in licences.whose(name)] == []
    assert licences.whose(r"av.libs\avcodec-62-984de3.dll")[1] == "GPL-2.0-or-later"
    assert licences.whose("cv2/opencv_videoio_ffmpeg4140_64.dll")[1] == "LGPL-2.1-or-later"
    assert licences.whose("somebody.dll") == ("not said", "not said")


def test_of_portaudio_only_the_plain_library_is_taken() -> None:
    folder = r"_sounddevice_data\portaudio-binaries"
    assert contents.is_needed(rf"{folder}\libportaudio64bit.dll")
    assert contents.is_needed("libportaudio.so.2")
    for name in ("libportaudio64bit-asio.dll", "libportaudioarm64.dll", "libportaudio32bit.dll"):
        assert not contents.is_needed(rf"{folder}\{name}")


def test_what_the_lock_does_not_need_for_these_programs_is_a_stowaway() -> None:
    assert licences.stowaways(["examroom", "Python", "pyside6_essentials", "scipy", "colorama", "xcffib"]) == []
    assert licences.stowaways(["segno", "pytest", "Jinja2"]) == ["Jinja2", "pytest"]


def test_what_windows_shows_of_the_file_has_four_numbers_of_the_version() -> None:
    for said, numbers in (("0.1.0", (0, 1, 0, 0)), ("1.4.2rc1", (1, 4, 2, 0)), ("2.0", (2, 0, 0, 0))):
        text = ast.parse(version_resource(said).strip(), mode="eval")
        fixed = next(one for one in ast.walk(text) if isinstance(one, ast.keyword) and one.arg == "filevers")
        assert ast.literal_eval(fixed.value) == numbers
        assert [one.value for one in ast.walk(text) if isinstance(one, ast.Constant)].count(said) == 2
