"""A small program as it lies installed, with all that a tree has: packages, byte code, a library, links, a launcher."""

import os
import py_compile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RELEASE = "1.4.2"
FILES = {
    "app/main.py": "print(1)\n",
    "app/_resources/词.toml": "a = 1\n",
    "bin/examroom": "#!/opt/examroom/seat/bin/python -I\n",
    "numpy.libs/libblas.so": "ELF",
    "our.pth": "import site\n",
    "pyvenv.cfg": "home = /usr/bin\n",
    "sync/wire/ids.py": "ID = 7\n",
}
LINKS = {"bin/python": "/usr/bin/python3.11", "lib64": "numpy.libs"}
BYTE_CODE = "app/__pycache__/main.cpython-311.pyc"


@contextmanager
def as_packaged() -> Iterator[None]:
    """Make files as a package brings them, whatever whoever runs this lets others write."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def program_in(folder: Path) -> Path:
    """Make the program in a folder and give that."""
    with as_packaged():
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        for path, target in LINKS.items():
            (folder / path).symlink_to(target)
        byte_code_of(folder, "app/main.py", BYTE_CODE)
    return folder


def byte_code_of(folder: Path, source: str, cached: str) -> None:
    """Compile a source as the package's builder does: known by its hash."""
    hashed = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(folder / source), str(folder / cached), doraise=True, invalidation_mode=hashed)
