"""A recording that is gone from the archive is left out of an export, which says so; another's goes on."""

import shutil

from proctoring.vault.carrying.bundle import export_bundle
from proctoring.vault.carrying.holdings import recordings_of
from proctoring.vault.format import layout
from sync.trust import envelope
from sync.wire.ids import new_id
from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.retention.world import SEGMENT, manifest
from tests.sync.trust.world import NOW_MS


def gone(house: House, session: str) -> str:
    """Let a recording arrive and disappear."""
    recording, key = new_id(), house.recorded.seat.keys.device_key()
    paper = manifest(recording, house.recorded.spec.device, key, NOW_MS, session=session)
    shelf, prefix = house.archive.shelf, f"recordings/{recording}"
    shelf.put(f"{prefix}/{layout.segment_name(0)}", SEGMENT)
    shelf.put(f"{prefix}/{layout.MANIFEST}", envelope.sign(paper.to_bytes(), paper.PAYLOAD_TYPE, key))
    house.archive.take_over(recording, verdict="complete")
    folder = shelf.local_folder(prefix)
    assert folder is not None
    shutil.rmtree(folder)
    return recording


def test_what_is_missing_is_named_by_the_export_of_its_session_and_by_no_other(house: House) -> None:
    missing, others = gone(house, house.session), gone(house, new_id())
    house.give_out()
    wanted = recordings_of(house.archive, house.session)
    assert set(wanted) == {house.recording, missing}
    assert others in house.archive.recordings()
    done = export_bundle(house.holdings, house.request(recordings=wanted), house.carrier(), house.papers)
    assert [(one.recording, one.code) for one in done.listed.left_out] == [(missing, "RECORDING_MISSING")]
    assert [one.recording for one in done.listed.recordings] == [house.recording]
