"""What the wizard asks of the administrator's process: what lies on media, and what only root may do.

The wizard runs as the seat's user, never as root. It asks over its standard input and output, one JSON object a line;
run by an ordinary user, in a folder of their own, it asks nobody.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Final, Protocol

from pydantic import Field, ValidationError

from app.setup.account import WorkBrokeOff
from app.setup.answers import LockdownAnswers
from app.setup.conducting import tried
from app.setup.finishing import lock_down, start_service
from app.setup.invitations import InvitationUnreadable, names_of_this_pc, read_invitation
from app.setup.steps import Step, StepResult
from sync.faults import Refused
from sync.wire.document import Part
from sync.wire.enrolment import Invitation

MEDIA: Final = (Path("/media"), Path("/run/media"), Path("/mnt"), Path("/etc/examroom"))
"""Where invitations are looked for."""
_DEEP: Final = 4
_MOST_FILES: Final = 5_000
_MOST_FOUND: Final = 200
_LINE_BYTES: Final = 4_000_000


class Found(Part):
    """An invitation on a medium; `ours`: it is called like this PC."""

    file: str
    invitation: Invitation
    ours: bool = False


class Act(StrEnum):
    """What can be asked."""

    INVITATIONS = "invitations"
    SERVICE = "service"
    LOCKDOWN = "lockdown"


class Request(Part):
    """One question."""

    act: Act


class Reply(Part):
    """Its answer: what was found, or what came of it."""

    found: Annotated[tuple[Found, ...], Field(max_length=_MOST_FOUND)] = ()
    result: StepResult | None = None


class Administrator(Protocol):
    """Who may do it. `may_lock_down`: whether they can."""

    may_lock_down: bool

    def ask(self, act: Act) -> Reply:
        """Have something done and give what came of it. Raises WorkBrokeOff."""
        ...


class Nobody:
    """No administrator: the wizard's own process looks for invitations, as far as it may."""

    may_lock_down = False

    def __init__(self, home: Path, media: tuple[Path, ...] = MEDIA) -> None:
        self._home, self._media = home, media

    def ask(self, act: Act) -> Reply:
        """Do what anybody may do; the rest fails in words."""
        return do(act, self._home, self._media)


class OverPipe:
    """The administrator's process at the other end of two pipes."""

    may_lock_down = True

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions, self._answers = questions, answers

    def ask(self, act: Act) -> Reply:
        """Ask and wait for the answer."""
        try:
            self._questions.write(Request(act=act).model_dump_json().encode() + b"\n")
            self._questions.flush()
            return Reply.model_validate_json(self._answers.readline(_LINE_BYTES), strict=False)
        except (OSError, ValidationError) as error:
            raise WorkBrokeOff(type(error).__name__) from None


def over_own_pipes() -> OverPipe:
    """Give the administrator who started this process; nothing else is written to standard output from now on."""
    questions = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return OverPipe(questions, sys.stdin.buffer)


def answer(questions: IO[bytes], answers: IO[bytes], home: Path) -> None:
    """As the administrator: answer until nobody asks any more. What is no question ends it."""
    while line := questions.readline(_LINE_BYTES):
        try:
            act = Request.model_validate_json(line, strict=False).act
        except ValidationError:
            return
        answers.write(do(act, home).model_dump_json().encode() + b"\n")
        answers.flush()


def do(act: Act, home: Path, media: tuple[Path, ...] = MEDIA) -> Reply:
    """Do what was asked."""
    match act:
        case Act.INVITATIONS:
            return Reply(found=find_invitations(media, names_of_this_pc()))
        case Act.SERVICE:
            return Reply(result=tried(Step.SERVICE, lambda: start_service(home)))
        case Act.LOCKDOWN:
            return Reply(result=tried(Step.LOCKDOWN, lambda: lock_down(home, LockdownAnswers(install=True))))


def find_invitations(media: tuple[Path, ...], names: tuple[str, ...]) -> tuple[Found, ...]:
    """Find every invitation on mounted media, those called like this PC first; what is none is passed over."""
    wanted = {name.casefold() for name in names}
    found = []
    for file in (file for folder in media for file in _files(folder)):
        try:
            invitation = read_invitation(file)
        except (InvitationUnreadable, Refused):
            continue
        ours = bool(wanted & {file.name.casefold(), file.stem.casefold()})
        found.append(Found(file=str(file), invitation=invitation, ours=ours))
    return tuple(sorted(found, key=lambda one: (not one.ours, one.invitation.seat_label, one.file)))[:_MOST_FOUND]


def _files(folder: Path) -> Iterator[Path]:
    """Give the small plain files below a folder, so deep and so many only; links are not followed."""
    seen = 0
    for place, folders, files in os.walk(folder):
        if len(Path(place).relative_to(folder).parts) >= _DEEP:
            folders.clear()
        for name in sorted(files):
            seen += 1
            if seen > _MOST_FILES:
                return
            file = Path(place) / name
            if _is_small(file):
                yield file


def _is_small(file: Path) -> bool:
    try:
        found = file.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= Invitation.MAX_BYTES


def display_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what a window needs of the surroundings; the X server's cookie goes another way."""
    wanted = ("DISPLAY", "QT_QPA_PLATFORM", "XMODIFIERS", "QT_IM_MODULE", "GTK_IM_MODULE")
    return {name: environment[name] for name in wanted if name in environment}
