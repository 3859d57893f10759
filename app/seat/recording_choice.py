"""What this seat records with: camera, microphone and profile, as they were chosen when it was installed."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from app.seat.home import SeatHome
from proctoring.capture.grammar import MAX_CHOICE, check_choice
from proctoring.capture.profiles import STANDARD, check_profile
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, write_durably
from sync.wire.document import Part

_MAX_BYTES = 4_000
Choice = Annotated[str, Field(max_length=MAX_CHOICE), AfterValidator(check_choice)]


class RecordingChoiceUnreadable(EnvironmentFault):
    """What this seat records with cannot be read. Fact: `file`."""

    code = "RECORDING_CHOICE_UNREADABLE"


class RecordingChoice(Part):
    """A seat's camera and microphone, in the grammar of sources, and the profile's name."""

    camera: Choice = "auto"
    microphone: Choice = "auto"
    profile: Annotated[str, Field(max_length=60), AfterValidator(check_profile)] = STANDARD.name


def recording_choice(home: SeatHome) -> RecordingChoice:
    """Give what was chosen; what there is and the standard profile if nothing was.

    Raises:
        RecordingChoiceUnreadable: the file is damaged; it is not guessed what is recorded with.
        DiskFault: the disk does not give it.
    """
    path = home.recording_choice
    with disk_faults(path.parent, needed=0):
        try:
            with path.open("rb") as file:
                raw = file.read(_MAX_BYTES)
        except FileNotFoundError:
            return RecordingChoice()
    try:
        return RecordingChoice.model_validate_json(raw)
    except ValidationError:
        raise RecordingChoiceUnreadable(file=str(path)) from None


def choose_recording(home: SeatHome, choice: RecordingChoice) -> None:
    """Keep what this seat records with from its next recording on.

    Raises:
        DiskFull, DiskFault: it cannot be written; what was chosen before stays.
    """
    write_durably(home.recording_choice, choice.model_dump_json(indent=1).encode() + b"\n")
