"""The list of a program's own files as its publisher released them; a seat compares what it runs with it."""

from itertools import pairwise
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, StringConstraints, model_validator

from sync.wire.document import Document, Part, payload_type
from sync.wire.ids import Digest, Whole

MOST_FILES: Final = 5_000

Product = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~\-]{0,99}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$")]
TreePath = Annotated[str, StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]+(/[^/\x00-\x1f\x7f]+)*$", max_length=300)]
"""A file's place below the folder that the program lies in, with "/" between its parts."""


class BuildFile(Part):
    """One file of a program: its place, SHA-256 and size in bytes."""

    path: TreePath
    sha256: Digest
    size: Annotated[Whole, Field(ge=0, le=2_000_000_000)]


class BuildList(Document):
    """Every file of a release of a program, in ascending order of their places. Signed by the registry's build key."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("build-list")
    MAX_BYTES: ClassVar[int] = 2_000_000

    product: Product
    version: Version
    files: Annotated[tuple[BuildFile, ...], Field(min_length=1, max_length=MOST_FILES)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        paths = [one.path for one in self.files]
        if any(earlier >= later for earlier, later in pairwise(paths)):
            raise ValueError("files not in order, or one twice")
        if any(part in {".", ".."} for path in paths for part in path.split("/")):
            raise ValueError("a place outside of the program's folder")
        return self
