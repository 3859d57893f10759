"""What ARCHITECTURE.md points at is there: a control whose test was renamed away is no control any more."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
TEXT = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"`(tests/[\w/.]+?)(?:::(\w+))?`", TEXT)))
MODULES = sorted(set(re.findall(r"`((?:app|proctoring|sync)(?:\.[a-z_]+)+)`", TEXT)))


@pytest.mark.parametrize(("path", "test"), LINKS)
def test_a_test_that_is_named_exists(path: str, test: str) -> None:
    assert (TOP / path).exists()
    if test:
        assert re.search(rf"^\s*def {test}\(", (TOP / path).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_a_room_that_is_named_exists(module: str) -> None:
    """A module, a package, or a name that is defined in one."""
    steps = module.split(".")
    for depth in range(len(steps), 0, -1):
        file = TOP.joinpath(*steps[:depth])
        if file.is_dir() or file.with_suffix(".py").is_file():
            rest = steps[depth:]
            found = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
            assert not rest or rest[0] in found.read_text(encoding="utf-8")
            return
    raise AssertionError(module)


def test_there_is_something_to_look_at() -> None:
    assert len(LINKS) > 50
    assert len(MODULES) > 30
