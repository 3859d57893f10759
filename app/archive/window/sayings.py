"""How entries, verdicts, dates and custody are put in words: the same on every page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.archive.catalogue import Entry
from app.archive.desk import Notices
from app.archive.dossier import KEYLESS
from app.exam.prose import Language
from app.ui.icons import Icon
from app.ui.tokens import Tone
from app.words import Words
from app.words.lengths import clock_length
from proctoring.vault.format.about import AboutOfAnotherKey
from proctoring.vault.retention.standing import State
from sync.wire.archive import CustodyEntry

SECOND_MS: Final = 1000
_OVERDUE_NAMED: Final = 2
FEW_SESSIONS: Final = 10
"""So few more sessions that fit are said in amber."""
NOTHING: Final = "—"
_LEAST_LETTERS: Final = 2
DESTROYED: Final = State.DESTROYED.value

VERDICT_LOOK: Final = {
    "complete": (Icon.CHECK, Tone.DONE),
    "recovered": (Icon.INFO, Tone.ACCENT),
    "truncated": (Icon.ATTENTION, Tone.ATTENTION),
    "tampered": (Icon.BLOCKED, Tone.DANGER),
    "": (Icon.TO_DO, Tone.SOFT),
}
"""How a verdict looks: colour never stands alone."""


@dataclass(frozen=True)
class Cell:
    """A table's cell: two lines, the second quieter, and an icon before the first."""

    first: str
    second: str = ""
    icon: Icon | None = None
    tone: Tone = Tone.INK
    second_icon: Icon | None = None
    second_tone: Tone = Tone.SOFT


@dataclass(frozen=True)
class Sayings:
    """Words with the archive's dates and figures; dates are local, as the wall clock of the machine has them."""

    words: Words

    def cell(self, entry: Entry, column: str) -> Cell:
        """Give a cell of the find page."""
        match column:
            case "when":
                return self._when(entry)
            case "candidate":
                first = entry.name or self.words(f"screen.archive.find.{_nameless(entry)}")
                tone = Tone.INK if entry.name else Tone.SOFT
                return Cell(first, entry.id_number_masked or entry.recording[:8], None, tone)
            case "session":
                place = " ".join(part for part in (entry.room, self.seat(entry.seat)) if part)
                return Cell(self.title(entry) or entry.session[:8], place)
            case "length":
                return self._length(entry)
            case "verdict":
                return self._verdict(entry)
            case _:
                return self._kept(entry)

    def _when(self, entry: Entry) -> Cell:
        if not entry.started_ms:
            return Cell(NOTHING, self.words("screen.archive.find.unreadable"), Icon.BLOCKED, Tone.DANGER)
        return Cell(day(entry.started_ms), clock(entry.started_ms))

    def _length(self, entry: Entry) -> Cell:
        if entry.state == DESTROYED or not entry.started_ms:
            return Cell(NOTHING, "", None, Tone.SOFT)
        gaps = self.words("screen.archive.find.gaps", count=entry.gaps) if entry.gaps else ""
        return Cell(clock_length(entry.duration_ms), gaps, second_icon=Icon.ATTENTION if entry.gaps else None)

    def _verdict(self, entry: Entry) -> Cell:
        if entry.state == DESTROYED:
            return Cell(self.words("screen.archive.state.destroyed"), "", Icon.CROSS, Tone.SOFT)
        icon, tone = VERDICT_LOOK.get(entry.verdict, VERDICT_LOOK[""])
        said = self.verdict(entry.verdict)
        count = entry.flag_count
        flags = self.words("screen.archive.find.flags", count=count) if count else ""
        return Cell(said, flags, icon, tone, second_icon=Icon.FLAG if count else None)

    def _kept(self, entry: Entry) -> Cell:
        if entry.state == DESTROYED:
            return Cell(NOTHING, "", None, Tone.SOFT)
        if entry.state == "missing":
            return Cell(self.words("screen.archive.state.missing"), "", Icon.ATTENTION, Tone.DANGER)
        until = day(entry.retain_until_ms) if entry.retain_until_ms else NOTHING
        if entry.holds:
            held = self.words("screen.archive.find.held", count=entry.holds)
            return Cell(until, held, second_icon=Icon.LOCK, second_tone=Tone.ACCENT)
        if entry.proposed:
            said = self.words("screen.archive.find.proposed")
            return Cell(until, said, second_icon=Icon.ATTENTION, second_tone=Tone.ATTENTION)
        return Cell(until, "")

    def title(self, entry: Entry) -> str:
        """Name the exam in the reader's language."""
        return entry.title_zh if self.words.language is Language.ZH else entry.title_en

    def seat(self, label: str) -> str:
        """Name a seat: a bare number with its word, any other label as it is."""
        if label.isdecimal():
            return self.words("screen.candidate.seat_number", number=f"{int(label):02}")
        return label

    def verdict(self, verdict: str) -> str:
        """Say a verdict in a word or two."""
        return self.words(f"screen.archive.verdict.{verdict or 'unknown'}")

    def act(self, entry: CustodyEntry) -> str:
        """Say what happened in a line of custody."""
        return self.words(f"screen.archive.act.{entry.act.value}")

    def who(self, entry: CustodyEntry) -> str:
        """Name who acted: a person, or the archive itself."""
        return entry.by.name if entry.by else self.words("screen.archive.custody.itself")


def _nameless(entry: Entry) -> str:
    """Say why there is no name: the words' key."""
    if entry.state == DESTROYED:
        return "name_destroyed"
    return {KEYLESS: "keyless", AboutOfAnotherKey.code: "other_key"}.get(entry.trouble, "nobody")


def says_something(reason: str) -> bool:
    """Tell whether a reason says anything: at least two letters or figures, not only marks and spaces."""
    return sum(one.isalnum() for one in reason) >= _LEAST_LETTERS


def day(ms: int) -> str:
    """Write a date of the wall clock."""
    return f"{_local(ms):%Y-%m-%d}"


def days_over(due_ms: int, now_ms: int) -> int:
    """Give how many days of the calendar something is overdue; 0: it is not."""
    return max(0, (_local(now_ms).date() - _local(due_ms).date()).days)


def due_back(due_ms: int, now_ms: int, words: Words) -> tuple[int, str]:
    """Give in how many days of the calendar something is due (negative: it was), and say the day."""
    days = (_local(due_ms).date() - _local(now_ms).date()).days
    key = {0: "due_today", 1: "due_tomorrow"}.get(days, "due_on")
    return days, words(f"screen.archive.media.{key}", day=day(due_ms))


def clock(ms: int) -> str:
    """Write a time of day."""
    return f"{_local(ms):%H:%M}"


def moment(ms: int) -> str:
    """Write a date and time."""
    return f"{_local(ms):%Y-%m-%d %H:%M}"


def device(track: str, label: str, *, simulated: bool, words: Words) -> str:
    """Name a recorded device: by its own name; a simulated one by what it stands for."""
    if not simulated:
        return label
    return words(f"screen.archive.recording.simulated_{track}")


def notice_brief(notices: Notices, words: Words) -> str:
    """Say it in one line, where there is little room; the pages that are named say the rest."""
    said = []
    if notices.keyless:
        said.append(words("screen.archive.notice.keyless_brief"))
    if notices.freeze is not None:
        said.append(words("screen.archive.notice.frozen_brief"))
    if notices.sessions is not None and notices.sessions < FEW_SESSIONS:
        said.append(words("screen.archive.notice.few_brief", sessions=notices.sessions))
    if notices.overdue:
        said.append(words("screen.archive.notice.overdue_brief", count=len(notices.overdue)))
    return " ".join(said)


def notice_lines(notices: Notices, words: Words) -> tuple[str, ...]:
    """Say what somebody has to see to, a line each."""
    said = []
    if notices.keyless:
        said.append(words("screen.archive.notice.keyless"))
    if notices.freeze is not None:
        facts = {"said": moment(notices.freeze.said_ms), "expected": moment(notices.freeze.expected_ms)}
        said.append(words("screen.archive.notice.frozen", **facts))
    if notices.sessions is not None and notices.sessions < FEW_SESSIONS:
        key = "few" if notices.sessions else "full"
        said.append(words(f"screen.archive.notice.{key}", sessions=notices.sessions))
    for medium in notices.overdue[:_OVERDUE_NAMED]:
        due = day(medium.due_ms) if medium.due_ms else NOTHING
        said.append(
            words("screen.archive.notice.overdue", label=medium.label, bearer=medium.bearer or NOTHING, day=due)
        )
    more = len(notices.overdue) - _OVERDUE_NAMED
    if more > 0:
        said.append(words("screen.archive.notice.overdue_more", count=more))
    return tuple(said)


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / SECOND_MS, tz=UTC).astimezone()
