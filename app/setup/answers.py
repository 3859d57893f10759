"""The answer file: what an administrator answers once for many PCs. TOML, read through a strict model.

`resources/setup-example.toml` shows and explains every answer. Paths in it count from the folder the file lies in.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from app.exam.prose import Language
from proctoring.capture.grammar import MAX_CHOICE, check_choice
from proctoring.capture.profiles import check_profile
from sync.faults import Refused
from sync.wire.document import Part

SEAT_HOME: Final = Path("/var/lib/examroom/seat")
"""Where an installed seat keeps its things."""
MEASURED: Final = "measured"
"""Says that the profile is to be found by measuring."""

Typed = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Source = Annotated[str, Field(max_length=MAX_CHOICE), AfterValidator(check_choice)]


def _profile(name: str) -> str:
    return name if name == MEASURED else check_profile(name)


Profile = Annotated[str, Field(max_length=60), AfterValidator(_profile)]


class AnswersRefused(Refused):
    """The answer file cannot be used. Fact: `place`, where in the file."""

    code = "ANSWERS_REFUSED"


class RegistryAnswers(Part):
    """Which registry, and by what right: one invitation, a folder of them, or an address with a token."""

    fingerprint: Typed
    invitations: Typed | None = None
    invitation: Typed | None = None
    address: Typed | None = None
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{32,64}$")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.invitations, self.invitation, self.address]
        if sum(way is not None for way in ways) != 1 or (self.address is None) != (self.token is None):
            raise ValueError("one of: invitations; invitation; address and token")
        return self


class RecordingAnswers(Part):
    """What is recorded with. `listen_seconds`: so long camera and microphone are tried."""

    camera: Source = "auto"
    microphone: Source = "auto"
    profile: Profile = MEASURED
    measure_seconds: Annotated[int, Field(ge=1, le=60)] = 3
    listen_seconds: Annotated[int, Field(ge=1, le=60)] = 3


class RehearsalAnswers(Part):
    """The mock exam of a simulated candidate."""

    hold: bool = True
    seconds: Annotated[int, Field(ge=2, le=600)] = 6


class ReportAnswers(Part):
    """Where a copy of the readiness report goes, besides the seat's own folder."""

    folder: Typed | None = None


class LockdownAnswers(Part):
    """Whether the PC is shut down to the seat at the end, and whom it may talk to then (`examroom lockdown`)."""

    install: bool = False
    peers: Annotated[tuple[Typed, ...], Field(max_length=20)] = ()
    dns: Annotated[tuple[Typed, ...], Field(max_length=20)] = ()
    ntp: Annotated[tuple[Typed, ...], Field(max_length=20)] = ()
    ssh_from: Annotated[tuple[Typed, ...], Field(max_length=20)] = ()


class Answers(Part):
    """The whole file."""

    language: Language = Language.ZH
    home: Path = SEAT_HOME
    registry: RegistryAnswers
    recording: RecordingAnswers = RecordingAnswers()
    rehearsal: RehearsalAnswers = RehearsalAnswers()
    report: ReportAnswers = ReportAnswers()
    lockdown: LockdownAnswers = LockdownAnswers()


def parse_answers(raw: bytes) -> Answers:
    """Read an answer file's bytes.

    Raises:
        AnswersRefused: something in it is unknown, missing, or not what it must be.
    """
    try:
        return Answers.model_validate(tomllib.loads(raw.decode("utf-8")), strict=False)
    except UnicodeDecodeError:
        raise AnswersRefused("not UTF-8", place="UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise AnswersRefused(str(error), place="TOML") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "TOML"
        raise AnswersRefused(first["msg"], place=place) from None
