"""What an unfinished export has finished already; kept beside the archive, never believed from the medium."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field

from proctoring.vault.carrying.request import ExportRequest
from sync.replica.durable import disk_faults, private_folder, remove_all_durably, write_durably
from sync.wire.document import Document, DocumentRefused, canonical_json, payload_type
from sync.wire.export import ExportedFile
from sync.wire.ids import Digest, Id, new_id

_NAME: Final = re.compile(r"[0-9a-f\-]{36}\.json")


class Unfinished(Document):
    """An export that was begun. `request_sha256` tells whether it is the same that is asked for again."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("unfinished-export")
    MAX_BYTES: ClassVar[int] = 16_000_000

    export: Id
    request_sha256: Digest
    folder: Annotated[str, Field(max_length=100)]
    films: tuple[ExportedFile, ...] = ()


class ProgressFile:
    """The file of one export; making it finds the one of the same request, or begins anew. Raises DiskFault."""

    def __init__(self, working: Path, request: ExportRequest, serial: str, by: str, folder_name: str) -> None:
        self._working: Final = private_folder(working)
        digest = request_digest(request, serial, by)
        found = next((one for one in self._all() if one.request_sha256 == digest), None)
        self.resumed: Final = found is not None
        export = new_id()
        self.state = found or Unfinished(
            export=export, request_sha256=digest, folder=f"{folder_name}-{export[-12:]}", films=()
        )
        if found is None:
            self._write()

    def finished(self, path: str) -> ExportedFile | None:
        """Give a film that was finished, as it was read back then."""
        return next((one for one in self.state.films if one.path == path), None)

    def add(self, film: ExportedFile) -> None:
        """Remember a finished film, durably."""
        others = tuple(one for one in self.state.films if one.path != film.path)
        self.state = self.state.model_copy(update={"films": (*others, film)})
        self._write()

    def remove(self) -> None:
        """Forget a finished export."""
        remove_all_durably(self._working, [self._name])

    @property
    def _name(self) -> str:
        return f"{self.state.export}.json"

    def _write(self) -> None:
        write_durably(self._working / self._name, self.state.to_bytes())

    def _all(self) -> Iterator[Unfinished]:
        with disk_faults(self._working, needed=0):
            files = sorted(one for one in self._working.iterdir() if _NAME.fullmatch(one.name))
        for file in files:
            try:
                yield Unfinished.parse(file.read_bytes())
            except (DocumentRefused, OSError):
                continue  # then the export begins anew; nothing but time is lost


def request_digest(request: ExportRequest, serial: str, by: str) -> str:
    """Give what makes two requests the same: recordings, purpose, recipients, medium and person."""
    return sha256(
        canonical_json(
            [sorted(request.recordings), request.session, request.purpose, sorted(request.recipients), serial, by]
        )
    ).hexdigest()
