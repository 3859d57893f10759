"""Whatever administrators, clocks, disks and kills do: nothing that has to be kept goes, and what goes leaves a proof.

A real shelf with real signatures; three administrators of whom one is revoked; clocks in 1970 and in 2040; a disk
that is full; a kill at any write; somebody who lies about the date. After every step the store is read by
`reference.py`, which shares no code with the archive, and held against what truly is.
"""

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.ledger import read_record, record_name
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import Shelf
from sync.faults import Fault
from sync.trust.keystore import FileKeyStore
from sync.wire.ids import new_id
from tests.proctoring.vault.retention.breaking import Accident, BreakingShelf, KilledError
from tests.proctoring.vault.retention.reference import Entry, model_of, opened
from tests.proctoring.vault.retention.world import HOUR_MS, RETENTION_DAYS, SEGMENT, Site
from tests.proctoring.vault.store.conftest import Bucket, access, bucket, s3_server  # noqa: F401 - fixtures

YEAR_MS = 365 * DAY_MS
RETENTION_MS = RETENTION_DAYS * DAY_MS
FILES = 3  # manifest, opening, segment
WHO = st.integers(0, 2)
WHICH = st.integers(0, 1)
SKEWS = st.sampled_from((0, 0, HOUR_MS, -HOUR_MS, 14 * YEAR_MS, -57 * YEAR_MS, 3 * YEAR_MS, 30 * DAY_MS))
TIMES = st.sampled_from((HOUR_MS, 40 * DAY_MS, 400 * DAY_MS, RETENTION_MS + DAY_MS))


class Keeping(RuleBasedStateMachine):
    """One archive with two recordings. Subclasses say where its shelf lies."""

    ends: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="keeping-"))
        self.accident = Accident()
        self.latest: dict[str, int] = {}
        self.gone_at: dict[str, int] = {}
        self.revoked: set[int] = set()
        self.begun: set[str] = set()

    def address(self) -> str:
        """Give the shelf's address; "": a folder."""
        return ""

    def shelf(self) -> Shelf:
        """Open the shelf, with the accidents that may happen."""
        return BreakingShelf(FolderShelf(self.root / "store"), self.accident)

    @initialize(approvals=st.integers(1, 2))
    def make(self, approvals: int) -> None:
        self.site = Site.make(self.root, approvals_needed=approvals, address=self.address())
        for _ in range(2):
            recording = self.site.keep(self.site.open().shelf)
            self.latest[recording] = self.site.open().standing(recording).retain_until_ms
        self.first, self.plain = dict(self.latest), self.site.open().shelf
        self.identity, self.trust = self.site.open().identity, self.site.open().trust
        self.own = FileKeyStore(self.site.places.keys).device_key().public
        self.pems = [self.own.pem, *(person.key.public.pem for person in self.site.people)]
        raw = {one: self.plain.read(f"recordings/{one}/manifest.json") for one in self.latest}
        self.manifests = {one: hashlib.sha256(found).hexdigest() for one, found in raw.items()}

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    # what people do

    @rule(who=WHO, which=WHICH)
    def hold(self, who: int, which: int) -> None:
        self.act("hold", lambda archive: archive.hold(self.recording(which), self.person(who), "complaint"))

    @rule(who=WHO, which=WHICH)
    def release(self, who: int, which: int) -> None:
        def released(archive: Archive) -> None:
            holds = archive.standing(self.recording(which)).holds
            archive.release(self.recording(which), self.person(who), holds[0].sequence if holds else 7, "settled")

        self.act("release", released)

    @rule(who=WHO, which=WHICH, days=st.integers(-400, 400))
    def extend(self, who: int, which: int, days: int) -> None:
        until = max(0, self.latest[self.recording(which)] + days * DAY_MS)
        self.act("extend", lambda archive: archive.extend(self.recording(which), self.person(who), until, "appeal"))

    @rule(who=WHO, which=WHICH)
    def propose(self, who: int, which: int) -> None:
        self.act("propose", lambda archive: archive.propose_destruction(self.recording(which), self.person(who), "old"))

    @rule(who=WHO, which=WHICH)
    def approve(self, who: int, which: int) -> None:
        def approved(archive: Archive) -> None:
            proposal = archive.standing(self.recording(which)).proposal
            number = proposal.sequence if proposal else 1
            archive.approve_destruction(self.recording(which), self.person(who), number)

        self.act("approve", approved)

    @rule(who=WHO, which=WHICH)
    def withdraw(self, who: int, which: int) -> None:
        recording = self.recording(which)
        self.act("withdraw", lambda archive: archive.withdraw_destruction(recording, self.person(who), 1, "no"))

    @rule(who=WHO, which=WHICH)
    def destroy(self, who: int, which: int) -> None:
        self.act("destroy", lambda archive: archive.destroy(self.recording(which), self.person(who)))

    @rule(which=WHICH)
    def go_on(self, which: int) -> None:
        self.act("go on", lambda archive: archive.destroy(self.recording(which)))

    @rule(which=WHICH, first=WHO, second=WHO, last=WHO)
    def all_at_once(self, which: int, first: int, second: int, last: int) -> None:
        self.propose(first, which)
        self.approve(second, which)
        self.approve(last, which)
        self.destroy(last, which)

    @rule(which=WHICH, first=WHO, second=WHO, last=WHO)
    def years_later_in_good_order(self, which: int, first: int, second: int, last: int) -> None:
        """The retention passes, the clock is right, the registry was heard, nothing breaks: then people agree."""
        self.accident.writes, self.accident.full, self.site.clock.skew_ms = None, False, 0
        self.site.clock.run(RETENTION_MS + DAY_MS)
        self.hear_from_the_registry()
        self.all_at_once(which, first, second, last)

    @rule(who=WHO)
    def state_the_true_date(self, who: int) -> None:
        stated = self.site.clock.true_ms - self.site.clock.true_ms % DAY_MS
        self.act("state", lambda archive: archive.state_time(self.person(who), stated))

    @rule()
    def one_lies_about_the_date(self) -> None:
        """The first administrator says what the clock says, however wrong it is; nobody joins in."""
        said = self.site.clock().wall_ms
        if abs(said - self.site.clock.true_ms) > 26 * HOUR_MS:
            self.act("lie", lambda archive: archive.state_time(self.person(0), said))

    @precondition(lambda self: len(self.revoked) == 0)
    @rule(who=WHO)
    def revoke(self, who: int) -> None:
        self.revoked.add(who)
        self.site.revoke(self.site.people[who])
        self.trust = self.site.open().trust

    # what happens to the machine

    @rule(ms=TIMES)
    def run(self, ms: int) -> None:
        self.site.clock.run(ms)

    @rule(off=TIMES)
    def reboot(self, off: int) -> None:
        self.site.clock.reboot(off)

    @rule(skew=SKEWS)
    def set_the_clock(self, skew: int) -> None:
        self.site.clock.skew_ms = skew

    @rule()
    def look_at_the_clock(self) -> None:
        self.act("clock", lambda archive: archive.write_clock_line())

    @rule()
    def hear_from_the_registry(self) -> None:
        self.site.renew()
        self.trust = self.site.open().trust
        self.act("renew", lambda archive: archive.write_clock_line())

    @rule(writes=st.integers(0, 7), after=st.booleans())
    def be_killed_soon(self, writes: int, after: bool) -> None:
        self.accident.writes, self.accident.after = writes, after

    @rule(full=st.booleans())
    def fill_the_disk(self, full: bool) -> None:
        self.accident.full = full

    # what must always hold

    @invariant()
    def what_has_to_be_kept_is_there(self) -> None:
        shelf = self.plain
        for recording, latest in self.latest.items():
            names = list(shelf.names(f"custody/{recording}/"))
            model = model_of(
                [shelf.read(name) for name in names], self.pems, self.first[recording], self.site.approvals_needed
            )
            assert model.retain_until_ms >= latest, "the end was moved earlier"
            self.latest[recording] = model.retain_until_ms
            if model.begun is not None and recording not in self.begun:
                self.begun.add(recording)
                gone = {self.person(who).person.administrator for who in self.revoked}
                assert gone.isdisjoint(voice["by"]["administrator"] for voice in model.voices), "a revoked one counted"
            there = list(shelf.names(f"recordings/{recording}/"))
            if len(there) == FILES:
                assert shelf.read(f"recordings/{recording}/segment-00000.ers") == SEGMENT
            else:
                self.went_rightly(recording, model.begun, model.retain_until_ms)

    def went_rightly(self, recording: str, begun: Entry | None, retain_until_ms: int) -> None:
        """Hold what went against what truly was when it went."""
        assert begun is not None, "it went, and nothing says why"
        assert begun["manifest_sha256"] == self.manifests[recording]
        assert self.site.clock.true_ms >= retain_until_ms, "it went before its time"
        if recording not in self.gone_at:
            self.gone_at[recording] = self.site.clock.true_ms
            self.ends["gone"] += 1
        shelf = self.plain
        if shelf.size(record_name(recording)) is not None:
            raw = shelf.read(record_name(recording))
            record = opened(raw, [self.own.pem])
            assert read_record(raw, self.own).recording == record["recording"] == recording
            assert record["manifest_sha256"] == self.manifests[recording]
            voices = [record["proposed_by"], *record["approved_by"]]
            assert len({voice["keyid"] for voice in voices}) == len(voices) >= 1 + self.site.approvals_needed
            assert record["retain_until_ms"] == retain_until_ms

    # inside

    def recording(self, which: int) -> str:
        return self.site.recordings[which]

    def person(self, who: int) -> Signer:
        return self.site.people[who]

    def act(self, what: str, acted: Callable[[Archive], object]) -> None:
        """Do something in a process of its own, which may be refused, or killed at a write."""
        archive = Archive(self.site.places, self.shelf(), self.trust, self.identity, self.site.clock)
        try:
            acted(archive)
        except Fault as fault:
            self.ends[f"{what}: {fault.code}"] += 1
        except KilledError:
            self.ends[f"{what}: killed"] += 1
            self.accident.writes = None
        else:
            self.ends[what] += 1


def test_nothing_that_has_to_be_kept_ever_goes() -> None:
    Keeping.ends.clear()
    run_state_machine_as_test(Keeping, settings=settings(max_examples=5, stateful_step_count=20, deadline=None))


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_nothing_that_has_to_be_kept_ever_goes_in_many_more_lives() -> None:
    Keeping.ends.clear()
    run_state_machine_as_test(Keeping, settings=settings(max_examples=200, stateful_step_count=50, deadline=None))
    print(sorted(Keeping.ends.items()))  # noqa: T201 - how often each way was gone
    assert Keeping.ends["gone"] > 0  # or nothing was tried
    for refused in ("RECORDING_NOT_EXPIRED", "RECORDING_HELD", "CLOCK_FROZEN", "SECOND_PERSON_NEEDED", "DISK_FULL"):
        assert sum(count for end, count in Keeping.ends.items() if end.endswith(refused)) > 0, refused


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_nothing_that_has_to_be_kept_ever_goes_from_a_bucket(bucket: Bucket) -> None:  # noqa: F811 - the fixture
    class InABucket(Keeping):
        def address(self) -> str:
            name = f"exam-{new_id()}"
            bucket.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
            self.bucket = replace(bucket, name=name)
            return self.bucket.address

        def shelf(self) -> Shelf:
            return BreakingShelf(self.bucket.shelf(), self.accident)

    Keeping.ends.clear()
    run_state_machine_as_test(InABucket, settings=settings(max_examples=2, stateful_step_count=10, deadline=None))
    assert sum(Keeping.ends.values()) > 0
