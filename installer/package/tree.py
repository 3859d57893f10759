"""A product's tree as it will lie below /opt/examroom: a virtual environment of its own, and what it says of itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from installer.package.bytecode import compile_all
from installer.package.recipe import Product
from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target
from installer.package.trimming import unwanted
from installer.package.wheels import unpack

_ENVIRONMENT: Final = "home = /usr/bin\ninclude-system-site-packages = false\nversion = {version}\n"
_LAUNCHER: Final = """\
#!{root}/bin/python -I
import sys

from app.cli.main import run

sys.exit(run())
"""
PLAIN, RUNNABLE, FOLDER = 0o644, 0o755, 0o755


def our_wheel(source: Path, out: Path, epoch: int) -> Path:
    """Build the wheel of the programs themselves from a source folder; give its place.

    Raises:
        Refused: it could not be built.
    """
    shutil.rmtree(out, ignore_errors=True)
    environment = CLEAN | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out))
    done = subprocess.run(build, cwd=source, env=environment, check=False, capture_output=True, text=True)
    wheels = sorted(out.glob("examroom-*.whl"))
    if done.returncode or len(wheels) != 1:
        raise Refused(f"the programs' own wheel could not be built: {done.stderr.strip()[-500:]}")
    return wheels[0]


def lay(product: Product, target: Target, wheels: dict[str, Path], tree: Path) -> dict[str, tuple[str, ...]]:
    """Lay a product's tree from its wheels by name; give what each of them brought and was kept, by its name."""
    libraries = tree / target.libraries
    libraries.mkdir(parents=True)
    brought = {name: unpack(wheel, libraries) for name, wheel in sorted(wheels.items())}
    left_out = unwanted((place for places in brought.values() for place in places), libraries)
    for place in left_out:
        (libraries / place).unlink()
    _drop_empty(libraries)
    (tree / "pyvenv.cfg").write_text(_ENVIRONMENT.format(version=target.version))
    (tree / "bin").mkdir()
    (tree / "bin/python").symlink_to(target.python)
    (tree / "bin/examroom").write_text(_LAUNCHER.format(root=product.root))
    compile_all(tree, product.root, target)
    return {name: tuple(place for place in places if place not in left_out) for name, places in brought.items()}


def _drop_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def settle(folder: Path, epoch: int) -> None:
    """Give everything below a folder the rights and the time that it is packed with."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(FOLDER if path.is_dir() else RUNNABLE if _runs(path) else PLAIN)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    folder.chmod(FOLDER)
    os.utime(folder, (epoch, epoch))


def _runs(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!" and (path.parent.name in {"bin", "DEBIAN"})
