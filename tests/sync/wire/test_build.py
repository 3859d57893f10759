"""The list of a program's files on the wire: strict, in one order, and nothing outside of the program's folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sync.wire.build import BuildFile, BuildList
from sync.wire.document import DocumentRefused

DIGEST = "ab" * 32


def listed(*paths: str, version: str = "1.4.2") -> BuildList:
    files = tuple(BuildFile(path=path, sha256=DIGEST, size=1) for path in paths)
    return BuildList(product="examroom-seat", version=version, files=files)


def test_a_list_is_read_as_it_was_written() -> None:
    made = listed("app/main.py", "sync/词.toml")
    assert BuildList.parse(made.to_bytes()) == made


@pytest.mark.parametrize(
    "paths",
    [
        (),
        ("b", "a"),
        ("a", "a"),
        ("../etc/passwd",),
        ("app/../../x",),
        ("/etc/passwd",),
        ("app//x",),
        ("app/",),
        ("a\0b",),
    ],
)
def test_an_odd_order_or_place_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        listed(*paths)


@pytest.mark.parametrize("version", ["", "v1", "1.2.3.4.5", "1,2", "1.2 "])
def test_an_odd_version_is_refused(version: str) -> None:
    with pytest.raises(ValidationError):
        listed("a", version=version)


@given(st.binary(max_size=300))
def test_no_other_bytes_are_such_a_list(raw: bytes) -> None:
    with pytest.raises(DocumentRefused):
        BuildList.parse(raw)
