"""The session file: how an operator writes a session down. TOML, read through a strict model."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError, field_validator

from app.cli.files import read_file
from app.registry.planning import Candidate, SessionRequest
from sync.faults import Refused
from sync.wire.document import Part
from sync.wire.ids import Id, Name
from sync.wire.plan import Accommodation, Bilingual, Blueprint, PackageRef, Policy, Recipient


class SessionFileRefused(Refused):
    """The session file cannot be used. Fact: `place`, where in the file."""

    code = "SESSION_FILE_REFUSED"


class PackageNotPublished(Refused):
    """The session file names a package that this registry has not published. Fact: `package`."""

    code = "PACKAGE_NOT_PUBLISHED"


class CandidateRow(Part):
    """One candidate; `photo` is a PNG beside the session file."""

    admission_number: str
    name: Name
    id_number: str
    seat_number: int
    photo: Annotated[str, StringConstraints(pattern=r"^[^\x00]+$")] | None = None
    accommodation: Accommodation = Accommodation()


ANY_TIME: Final = "any_time"
"""How a file says that nobody comes too late: TOML has no word for nothing."""


class SessionFile(Part):
    """The whole file. Times carry their offset, for example 2026-12-01T09:00:00+08:00."""

    exam_title: Bilingual
    site: Name
    room: Name
    opens: datetime
    closes: datetime
    rehearsal: bool = False
    policy: Policy = Policy()
    blueprint: Blueprint
    package: Id
    proctors: Annotated[tuple[Id, ...], Field(min_length=1)]
    devices: Annotated[tuple[Id, ...], Field(min_length=1)]
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    candidates: Annotated[tuple[CandidateRow, ...], Field(min_length=1)]

    @field_validator("policy", mode="before")
    @classmethod
    def _nobody_too_late(cls, policy: object) -> object:
        if isinstance(policy, dict) and policy.get("late_entry_ms") == ANY_TIME:
            return {**policy, "late_entry_ms": None}
        return policy


def read_session(path: Path, packages: Mapping[str, PackageRef]) -> SessionRequest:
    """Read a session file; `packages` are those that are published, by their ids.

    Raises:
        FileUnreadable, SessionFileRefused, PackageNotPublished.
    """
    try:
        found = SessionFile.model_validate(_table(path), strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SessionFileRefused(first["msg"], place=place) from None
    if found.package not in packages:
        raise PackageNotPublished(package=found.package)
    return SessionRequest(
        exam_title=found.exam_title,
        site=found.site,
        room=found.room,
        opens_ms=_ms("opens", found.opens),
        closes_ms=_ms("closes", found.closes),
        policy=found.policy,
        blueprint=found.blueprint,
        package=packages[found.package],
        candidates=tuple(_candidate(row, path.parent) for row in found.candidates),
        proctors=found.proctors,
        devices=found.devices,
        recipients=found.recipients,
        rehearsal=found.rehearsal,
    )


def _table(path: Path) -> dict[str, Any]:
    raw = read_file(path)
    try:
        return tomllib.loads(raw.decode())
    except ValueError as error:  # no UTF-8, no TOML, or a number of thousands of digits
        raise SessionFileRefused(str(error), place=path.name) from None
    except RecursionError:
        raise SessionFileRefused("nested too deeply", place=path.name) from None


def _candidate(row: CandidateRow, folder: Path) -> Candidate:
    return Candidate(
        admission_number=row.admission_number,
        name=row.name,
        id_number=row.id_number,
        seat_number=row.seat_number,
        photo_png=read_file(folder / row.photo) if row.photo else None,
        accommodation=row.accommodation,
    )


def _ms(place: str, moment: datetime) -> int:
    if moment.tzinfo is None:
        raise SessionFileRefused("a time without its offset", place=place)
    return int(moment.timestamp() * 1000)
