"""What a seat says about a recording: moments in recorded time, a name for its recipients alone."""

import base64
from hashlib import sha256

import pytest

from app.demo.recorder import recorder_let_go
from app.exam.events import Continued, Occurred, Paused, PauseReason, Viewed, event_bytes
from app.seat.about import MOST_MARKS, recorded_ms, timeline_of, write_about
from app.seat.camera_desk import CameraDesk
from app.seat.workplace import Session, Workplace
from proctoring.vault.format.about import AboutRefused, open_about
from sync.replica.journal import JournalRow
from sync.trust.clock import read_clock
from sync.trust.keys import SealingKey, SigningKey
from sync.wire.archive import TimelineKind
from sync.wire.document import Part
from sync.wire.ids import new_id
from sync.wire.plan import Recipient, RecipientRole
from sync.wire.recording import ClockPair, RecordingManifest
from tests.proctoring.seat import wait_until
from tests.proctoring.vault.retention.world import manifest as simulated_manifest

WALL_MS = 1_900_000_000_000
ITEM = "item-1"


def manifest(*pairs: tuple[int, int, int], duration_ms: int = 600_000) -> RecordingManifest:
    """Make one with segments at (recorded, monotonic, wall) ms."""
    key = SigningKey.generate_p256()
    plain = simulated_manifest(new_id(), new_id(), key, WALL_MS)
    (one,) = plain.segments
    segments = tuple(
        one.model_copy(update={"index": at, "start_ms": start, "clock": ClockPair(mono_ms=mono, wall_ms=wall)})
        for at, (start, mono, wall) in enumerate(pairs)
    )
    started = ClockPair(mono_ms=pairs[0][1] - pairs[0][0], wall_ms=pairs[0][2] - pairs[0][0])
    return plain.model_copy(update={"segments": segments, "started": started, "duration_ms": duration_ms})


def row(seq: int, mono_ms: int, wall_ms: int, event: Part) -> JournalRow:
    return JournalRow("sitting", seq, "kind", "run", mono_ms, wall_ms, event_bytes(event), "", "")


TWO_BOOTS = manifest((0, 50_000, WALL_MS), (60_000, 110_000, WALL_MS + 60_000), (300_000, 9_000, WALL_MS + 300_000))


@pytest.mark.parametrize(
    ("mono_ms", "wall_ms", "at_ms"),
    [
        (50_000, WALL_MS, 0),
        (75_000, WALL_MS + 25_000, 25_000),
        (115_000, WALL_MS + 65_000, 65_000),
        (29_000, WALL_MS + 320_000, 320_000),  # after a restart of the machine its monotonic clock began anew
        (130_000, WALL_MS + 421_000, 421_000),  # … and has passed what it showed before
    ],
)
def test_a_moment_of_the_seat_is_a_moment_of_the_recording(mono_ms: int, wall_ms: int, at_ms: int) -> None:
    assert recorded_ms(mono_ms, wall_ms, TWO_BOOTS) == at_ms


def test_what_happened_before_or_after_the_recording_is_not_on_its_timeline() -> None:
    assert recorded_ms(40_000, WALL_MS - 10_000, manifest((0, 50_000, WALL_MS))) is None
    assert recorded_ms(50_000 + 600_001, WALL_MS + 600_001, manifest((0, 50_000, WALL_MS))) is None


def test_items_incidents_and_pauses_are_marked_and_an_item_shown_again_at_once_is_not() -> None:
    of = manifest((0, 50_000, WALL_MS))
    by = (SigningKey.generate_p256().public.keyid,)
    events: tuple[Part, ...] = (
        Viewed(item=ITEM),
        Viewed(item=ITEM),
        Occurred(code="CAMERA_LOST", detail="", clause="2.3"),
        Paused(reason=PauseReason.PROCTOR, by=by),
        Continued(by=by),
        Viewed(item="item-of-another-form"),
    )
    rows = [row(at, 50_000 + 1_000 * at, WALL_MS + 1_000 * at, event) for at, event in enumerate(events)]
    marks = timeline_of(rows, of, {ITEM: 7})
    assert [(one.kind, one.at_ms, one.label, one.clause) for one in marks] == [
        (TimelineKind.ITEM, 0, "7", None),
        (TimelineKind.INCIDENT, 2_000, "CAMERA_LOST", "2.3"),
        (TimelineKind.PAUSED, 3_000, "proctor", None),
        (TimelineKind.CONTINUED, 4_000, "", None),
    ]


def test_of_too_many_moments_the_incidents_stay() -> None:
    of = manifest((0, 50_000, WALL_MS))
    rows = [row(at, 50_001 + at, WALL_MS + at, Viewed(item=f"item-{at % 2}")) for at in range(MOST_MARKS + 5)]
    rows.append(row(MOST_MARKS + 5, 90_000, WALL_MS + 40_000, Occurred(code="CAMERA_LOST", detail="")))
    marks = timeline_of(rows, of, {"item-0": 1, "item-1": 2})
    assert len(marks) == MOST_MARKS
    assert marks[-1].label == "CAMERA_LOST"


def test_a_real_recording_is_told_about_to_its_recipients_and_to_nobody_else(
    workplace: Workplace, session: Session
) -> None:
    site = SealingKey.generate()
    recipient = Recipient(role=RecipientRole.SITE, public_key=base64.b64encode(site.public_raw).decode())
    plan = session.plan.model_copy(update={"recipients": (recipient,)})
    told = Session(plan, session.plan_sha256, session.package)
    entry = plan.roster[0]
    with recorder_let_go(workplace.home.recorder_socket):
        camera = CameraDesk(workplace.home, workplace.enrolment.device, plan, "synthetic")
        recording = camera.start(entry.sitting)
        wait_until(lambda: (camera.status() or pytest.fail("no recorder")).recorded_ms > 600)
        now = read_clock()
        body = event_bytes(Viewed(item=ITEM))
        workplace.replica.journal.append(entry.sitting, "viewed", "run", now.mono_ms, now.wall_ms, body)
        wait_until(lambda: (camera.status() or pytest.fail("no recorder")).recorded_ms > 1_500)
        reference = camera.close(entry.sitting, recording)
        camera.leave()
    file = write_about(workplace, told, entry.sitting, recording, {ITEM: 1})
    raw, device = file.read_bytes(), workplace.keystore.device_key().public
    assert entry.name.encode() not in raw
    about = open_about(raw, recording, reference.manifest_sha256, site, [device])
    assert (about.name, about.id_number_masked, about.simulated) == (
        entry.name,
        entry.id_number_masked,
        entry.simulated,
    )
    assert [(one.kind, one.label) for one in about.timeline] == [(TimelineKind.ITEM, "1")]
    assert 0 < about.timeline[0].at_ms < reference.duration_ms
    stranger, other = SealingKey.generate(), SigningKey.generate_p256().public
    for recording_of, digest, opener, signer in (
        (recording, reference.manifest_sha256, stranger, device),
        (recording, reference.manifest_sha256, site, other),
        (recording, sha256(b"another").hexdigest(), site, device),
        (new_id(), reference.manifest_sha256, site, device),
    ):
        with pytest.raises(AboutRefused):
            open_about(raw, recording_of, digest, opener, [signer])
