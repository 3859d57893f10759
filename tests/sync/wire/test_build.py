"""The list of a program's files on the wire: strict, in one order, and nothing outside of the program's folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sync.wire.build import BuildFile, BuildLink, BuildList
from sync.wire.document import DocumentRefused

DIGEST = "ab" * 32


def listed(*paths: str, version: str = "1.4.2") -> BuildList:
    files = tuple(BuildFile(path=path, sha256=DIGEST, size=1) for path in paths)
    return BuildList(product="examroom-seat", version=version, files=files, links=())


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


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("bin/python", "/usr/bin/python3.11"),
        ("lib64", "lib"),
        ("a/b/c", "../../lib/x.so"),
        ("a/词", "b"),
    ],
)
def test_a_link_within_or_to_a_program_of_the_system_is_read_as_it_was_written(path: str, target: str) -> None:
    made = BuildList(**dict(listed("app/main.py")) | {"links": (BuildLink(path=path, target=target),)})
    assert BuildList.parse(made.to_bytes()) == made


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("bin/python", "/home/li/python"),
        ("bin/python", "/usr/bin/../../home/x"),
        ("bin/python", "/usr/bin//python"),
        ("bin/python", "../../x"),
        ("lib64", ".."),
        ("lib64", "lib/../../x"),
        ("lib64", ""),
        ("lib64", "a\nb"),
        ("/lib64", "lib"),
    ],
)
def test_a_link_to_anywhere_else_is_refused(path: str, target: str) -> None:
    with pytest.raises(ValidationError):
        BuildLink(path=path, target=target)


@pytest.mark.parametrize(
    "paths", [("b", "a"), ("a", "a"), ("app/main.py",), ("app",), ("app/main.py/x",), ("a", "a/b")]
)
def test_links_out_of_order_or_at_a_place_that_is_taken_are_refused(paths: tuple[str, ...]) -> None:
    links = tuple(BuildLink(path=path, target="lib") for path in paths)
    with pytest.raises(ValidationError):
        BuildList(**dict(listed("app/main.py")) | {"links": links})


@given(st.binary(max_size=300))
def test_no_other_bytes_are_such_a_list(raw: bytes) -> None:
    with pytest.raises(DocumentRefused):
        BuildList.parse(raw)
