"""What the proctor's corner shows and asks: the state of this seat, and one act at a time."""

from dataclasses import dataclass
from enum import StrEnum

from app.seat.screens.view import CandidateCard, SessionFacts
from app.ui.text import Text


class Standing(StrEnum):
    """Where the seat stands, as a proctor says it."""

    NOBODY = "nobody"
    ADMITTED = "admitted"
    RUNNING = "running"
    PAUSED = "paused"


class Recorder(StrEnum):
    """What the recorder is doing."""

    NOT_YET = "not_yet"
    CHECKING = "checking"
    RECORDING = "recording"
    INTERRUPTED = "interrupted"


class CornerAct(StrEnum):
    """What a proctor can do here."""

    PAUSE = "pause"
    CONTINUE = "continue"
    EXTEND = "extend"
    LOWER_HAND = "lower_hand"
    REPORT = "report"
    HINTS = "hints"
    SETTLE = "settle"
    SEND_BACK = "send_back"
    HAND_OVER = "hand_over"
    CLOSE_SESSION = "close_session"
    END = "end"
    VOID = "void"


BETWEEN_NAMES = " / "
ALL = "*"
"""Instead of a notice's key: all that two proctors can settle."""


@dataclass(frozen=True)
class IncidentRow:
    """An incident: when by the clock on the wall, what, the note, and who did it.

    `grave`: it is an irregularity, or it ended the sitting.
    """

    when: str
    what: Text
    note: str = ""
    by: str = ""
    grave: bool = False


@dataclass(frozen=True)
class HintRow:
    """Something the watch noticed: what, when by the clock on the wall, for how long (s), and a JPEG of the moment."""

    key: str
    what: Text
    when: str
    seconds: int
    picture: bytes | None = None


@dataclass(frozen=True)
class NoticeRow:
    """Something to look at: what, when, what shows it, what it may mean, what to do.

    `settles`: two proctors can settle it; else it stands until it has gone. `of_pc`: something changed on this PC; else
    it is of the answering.
    """

    key: str
    seen: Text
    meaning: Text
    remedy: Text
    when: str
    evidence: tuple[Text, ...] = ()
    settles: bool = True
    of_pc: bool = True


@dataclass(frozen=True)
class CornerView:
    """This seat at a glance. `saved` is the time of the last saved response, empty before there is one.

    `troubles`: what is wrong with the recording and what to do; `hints`: how many things the watch noticed in it;
    `notices`: what changed on this PC.
    `acts`: what can be done now; the others are shown shut, in their places.
    """

    session: SessionFacts
    proctor: str
    on_duty: tuple[str, ...]
    standing: Standing
    acts: frozenset[CornerAct]
    candidate: CandidateCard | None = None
    answered: int = 0
    items: int = 0
    saved: str = ""
    recorder: Recorder = Recorder.CHECKING
    simulated: bool = False
    hand_raised: bool = False
    incidents: tuple[IncidentRow, ...] = ()
    troubles: tuple[Text, ...] = ()
    hints: int = 0
    notices: tuple[NoticeRow, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Something to choose: its key and its words, and the heading it stands under.

    `heard`: the candidate is to be heard about it. `noted`: it says nothing without a note.
    """

    key: str
    words: Text
    heard: bool = False
    noted: bool = False
    group: Text | None = None


@dataclass(frozen=True)
class CornerForm:
    """One act, before it is done: to whom, what will happen, and what has to be said.

    `choices`: ready reasons, or what it was; without any, nothing is asked but the verb. `minutes` offered, if it is
    about time, and the most that can be given. `grave`: it takes something from the candidate. `note`: what the note
    begins with. `evidence`: what shows that of which it is about.
    """

    act: CornerAct
    title: Text
    sentence: Text
    verb: Text
    candidate: CandidateCard | None = None
    choices: tuple[Choice, ...] = ()
    minutes: tuple[int, ...] = ()
    most_minutes: int = 0
    grave: bool = False
    note: str = ""
    evidence: tuple[Text, ...] = ()


@dataclass(frozen=True)
class CornerAnswer:
    """What the proctor said: the choice, the minutes, the note, and the candidate's statement or that they refuse."""

    choice: Choice | None = None
    minutes: int = 0
    note: str = ""
    statement: str = ""
    refused: bool = False


class Writing(StrEnum):
    """How far an act that was confirmed is, until it is on the disk."""

    SAVING = "saving"
    NOT_SAVED = "not_saved"
