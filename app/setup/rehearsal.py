"""A mock exam on this PC: the practice items, a journal, a recording, all real and in a folder that goes afterwards.

What an exam leans on is used the way an exam uses it: the encrypted journal takes every response before it counts as
saved, the recorder records and seals, the scoring scores, and what was recorded is verified. Only the candidate may be
simulated, and is then called so.
"""

import base64
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.exam.interactions import Responses
from app.exam.marking import Role
from app.exam.processing.run import score_item
from app.seat.home import SeatHome
from app.seat.practice import practice_items
from app.seat.recording_choice import recording_choice
from app.setup.devices import recorder_of
from proctoring.recorder.client import RecorderClient, RecordingSpec
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import verify_recording
from sync.replica.database import Replica
from sync.replica.durable import private_folder
from sync.trust.clock import read_clock
from sync.trust.keys import SealingKey
from sync.wire.document import canonical_json
from sync.wire.ids import new_id
from sync.wire.plan import Recipient, RecipientRole

RETENTION_DAYS: Final = 3 * 366
"""Every recording states one; this one goes with its folder."""
CANDIDATE: Final = "candidate"
"""Says that the candidate was simulated."""
_KIND: Final = "responded"
_KEY_BYTES: Final = 32
_LONGEST_MS: Final = 3_600_000
_RUN: Final = "rehearsal"
_FOLDER: Final = "rehearsal-"


@dataclass(frozen=True)
class Rehearsed:
    """What a mock exam came to. `slowest_ms`: the longest that a response took until it was saved.

    `read_back`: every response was found in the journal again. `simulated`: what was simulated, in the words' keys.
    """

    items: int
    saved: int
    slowest_ms: int
    read_back: bool
    score: float
    most: float
    recorded_ms: int
    verdict: Verdict
    gaps: int
    simulated: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether an exam would have gone well."""
        return self.read_back and self.verdict is Verdict.COMPLETE and self.gaps == 0 and self.recorded_ms > 0


class Rehearsal:
    """One mock exam under way; made by `rehearsing`."""

    def __init__(self, folder: Path, replica: Replica, recorder: RecorderClient, spec: RecordingSpec) -> None:
        self._folder, self._replica, self._recorder, self._spec = folder, replica, recorder, spec
        self._given: dict[str, Responses] = {}
        self._saved = 0
        self._slowest_ms = 0

    @property
    def recorder(self) -> RecorderClient:
        """Who records it."""
        return self._recorder

    def begin(self) -> None:
        """Begin to record. Raises what `RecorderClient.start` raises."""
        self._recorder.start(self._spec)

    def respond(self, item: str, responses: Responses) -> int:
        """Save a response; when this returns, it is on the disk. Gives how long that took, ms.

        Raises:
            DiskFull, DiskFault, ReplicaUnreadable: it is not saved.
        """
        clock, began = read_clock(), time.monotonic()
        body = canonical_json({"item": item, "responses": {name: list(values) for name, values in responses.items()}})
        self._replica.journal.append(self._spec.sitting, _KIND, _RUN, clock.mono_ms, clock.wall_ms, body)
        took_ms = round((time.monotonic() - began) * 1000)
        self._given[item] = responses
        self._saved += 1
        self._slowest_ms = max(self._slowest_ms, took_ms)
        return took_ms

    def finish(self, simulated: tuple[str, ...] = ()) -> Rehearsed:
        """Hand in: close the recording, read the journal back, score, verify.

        `simulated`: what was simulated besides what the recorder says ("candidate").

        Raises:
            JournalBroken: what was saved does not hold together.
            RecorderGone, and what the recorder reports: the recording cannot be closed.
        """
        closed = self._recorder.stop()
        rows = self._replica.journal.rows(self._spec.sitting)
        report = verify_recording(closed.folder)
        results = [score_item(one.marking, self._given.get(one.item.id, {})) for one in practice_items()]
        return Rehearsed(
            items=len(results),
            saved=self._saved,
            slowest_ms=self._slowest_ms,
            read_back=len(rows) == self._saved and self._saved > 0,
            score=sum(one.score or 0 for one in results),
            most=sum(one.max_score or 0 for one in results),
            recorded_ms=report.media_ms,
            verdict=report.verdict,
            gaps=len(closed.gaps),
            simulated=(*simulated, *closed.simulated),
        )


@contextmanager
def rehearsing(home: SeatHome) -> Iterator[Rehearsal]:
    """Set a mock exam up in a folder of its own below the seat's, which goes with everything in it.

    Raises:
        What `recorder_of`, `Replica.open` and `recording_choice` raise.
    """
    sweep(home)
    private_folder(home.root)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=home.root))
    try:
        with (
            recorder_of(home) as recorder,
            Replica.open(folder / "replica.db", secrets.token_bytes(_KEY_BYTES)) as replica,
        ):
            yield Rehearsal(folder, replica, recorder, _spec(home, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(home: SeatHome) -> None:
    """Take away what a rehearsal that was killed left behind."""
    for left in home.root.glob(f"{_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)


def simulated_answers() -> Iterator[tuple[str, Responses]]:
    """Give the practice items' right answers, one item after another: the simulated candidate knows them."""
    for one in practice_items():
        declared = (declaration for declaration in one.marking.declarations if declaration.role is Role.RESPONSE)
        yield one.item.id, {each.identifier: tuple(value.text for value in each.correct) for each in declared}


def rehearse(home: SeatHome, seconds: int) -> Rehearsed:
    """Let a simulated candidate sit the mock exam, recorded for `seconds` at least.

    Raises:
        What `rehearsing` and `Rehearsal` raise.
    """
    with rehearsing(home) as rehearsal:
        rehearsal.begin()
        answers = list(simulated_answers())
        for item, responses in answers:
            rehearsal.respond(item, responses)
            time.sleep(seconds / len(answers))
        return rehearsal.finish((CANDIDATE,))


def _spec(home: SeatHome, folder: Path) -> RecordingSpec:
    choice = recording_choice(home)
    recording = new_id()
    return RecordingSpec(
        recording=recording,
        session=new_id(),
        sitting=new_id(),
        device=new_id(),
        folder=folder / recording,
        recipients=(
            Recipient(
                role=RecipientRole.SITE,
                public_key=base64.b64encode(SealingKey.generate().public_raw).decode(),
            ),
        ),
        camera=choice.camera,
        microphone=choice.microphone,
        profile=choice.profile,
        retention_days=RETENTION_DAYS,
        expected_ms=_LONGEST_MS,
    )
