"""The list of a program as its publisher released it: every file and link; a seat compares what it runs with it."""

import posixpath
from itertools import pairwise
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, StringConstraints, model_validator

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Whole

MOST_FILES: Final = 20_000
"""A seat has some 8,000: Python's packages with their byte code, Qt, the codecs."""
MOST_LINKS: Final = 500
SYSTEM_PROGRAMS: Final = "/usr/bin/"
"""Where a link may lead beyond the tree: to the interpreter that the system brings."""

Product = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~\-]{0,99}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$")]
TreePath = Annotated[str, StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]+(/[^/\x00-\x1f\x7f]+)*$", max_length=300)]
"""A file's place below the folder that the program lies in, with "/" between its parts."""
Target = Annotated[str, StringConstraints(pattern=r"^/?[^/\x00-\x1f\x7f]+(/[^/\x00-\x1f\x7f]+)*$", max_length=300)]
"""Where a symbolic link leads, as it is written in it."""


class BuildFile(Part):
    """One file of a program: its place, SHA-256 and size in bytes."""

    path: TreePath
    sha256: Digest
    size: Annotated[Whole, Field(ge=0, le=2_000_000_000)]


class BuildLink(Part):
    """One symbolic link of a program: its place, and where it leads: within the tree, or to a program of the system."""

    path: TreePath
    target: Target

    @model_validator(mode="after")
    def _leads_nowhere_else(self) -> Self:
        target = self.target
        if target.startswith("/"):
            kept = posixpath.normpath(target) == target and target.startswith(SYSTEM_PROGRAMS)
        else:
            kept = not posixpath.normpath(posixpath.join(posixpath.dirname(self.path), target)).startswith("..")
        if not kept:
            raise ValueError("a link out of the program's folder")
        return self


class BuildList(Document):
    """Every file and link of a release of a program, each in ascending order. Signed by the registry's build key."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("build-list")
    MAX_BYTES: ClassVar[int] = 6_000_000
    """20,000 files with places of 150 letters; a seat's list has 1.3 MB."""

    product: Product
    version: Version
    files: Annotated[tuple[BuildFile, ...], Field(min_length=1, max_length=MOST_FILES)]
    links: Annotated[tuple[BuildLink, ...], Field(max_length=MOST_LINKS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        files, links = [one.path for one in self.files], [one.path for one in self.links]
        if any(earlier >= later for paths in (files, links) for earlier, later in pairwise(paths)):
            raise ValueError("files or links not in order, or one twice")
        places = {*files, *links}
        if len(places) < len(files) + len(links):
            raise ValueError("a file and a link at one place")
        if any(part in {".", ".."} for path in places for part in path.split("/")):
            raise ValueError("a place outside of the program's folder")
        if any(folder in places for path in places for folder in _folders(path)):
            raise ValueError("a place that is both a file and a folder")
        return self


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
