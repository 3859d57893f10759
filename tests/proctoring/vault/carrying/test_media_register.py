from dataclasses import replace
from pathlib import Path

import pytest

from proctoring.vault.carrying.media_faults import (
    MediaRegisterRefused,
    MediumDiffers,
    MediumIsIn,
    MediumIsOut,
    MediumKnown,
    MediumLabelTaken,
    MediumOverdue,
    MediumReadOnly,
    MediumRetired,
    MediumUnregistered,
)
from proctoring.vault.carrying.media_register import MediaRegister, MediumState
from sync.trust.clock import read_clock
from sync.wire.archive import MediumAct
from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.retention.world import administrator

DAY_MS = 86_400_000


def entry_file(house: House, number: int) -> Path:
    folder = house.archive.shelf.local_folder("media")
    assert folder is not None
    return folder / f"{number:06}.json"


def test_a_medium_goes_out_and_comes_back_and_every_step_is_signed(house: House) -> None:
    house.give_out()
    now = read_clock()
    back = house.register.take_back("SIM0042", house.other, now)
    assert (back.label, back.state, back.bearer) == ("USB-07", MediumState.IN, None)
    entries = house.register.entries()
    assert [one.act for one in entries] == [MediumAct.REGISTERED, MediumAct.OUT, MediumAct.BACK]
    assert [one.by.name for one in entries] == ["Zhang Wei", "Zhang Wei", "Chen Jing"]
    assert (entries[1].bearer, entries[1].purpose) == ("Li Na", "for the court")
    retired = house.register.retire("SIM0042", "worn out", house.signer, now)
    assert retired.state is MediumState.RETIRED


def test_what_does_not_follow_is_refused(house: House) -> None:
    register, now, stick = house.register, read_clock(), house.stick.find(house.stick.mount)
    with pytest.raises(MediumUnregistered) as unknown:
        register.take_back("SIM0042", house.signer, now)
    assert unknown.value.facts == {"serial": "SIM0042"}
    register.register(stick, "USB-07", house.signer, now)
    with pytest.raises(MediumKnown):
        register.register(stick, "USB-08", house.signer, now)
    with pytest.raises(MediumLabelTaken):
        register.register(replace(stick, serial="SIM0043"), "usb-07", house.signer, now)
    with pytest.raises(MediumIsIn):
        register.take_back("SIM0042", house.signer, now)
    out = {"bearer": "Li Na", "purpose": "for the court", "due_ms": now.wall_ms + DAY_MS, "now": now}
    register.give_out("SIM0042", signer=house.signer, **out)  # type: ignore[arg-type]
    with pytest.raises(MediumIsOut) as taken:
        register.give_out("SIM0042", signer=house.signer, **out)  # type: ignore[arg-type]
    assert taken.value.facts == {"label": "USB-07", "bearer": "Li Na"}
    with pytest.raises(MediumIsOut):
        register.retire("SIM0042", "lost?", house.signer, now)
    register.take_back("SIM0042", house.signer, now)
    register.retire("SIM0042", "worn out", house.signer, now)
    with pytest.raises(MediumRetired):
        register.give_out("SIM0042", signer=house.signer, **out)  # type: ignore[arg-type]
    with pytest.raises(MediumRetired):
        register.register(stick, "USB-09", house.signer, now)
    assert len(register.entries()) == 4


def test_only_the_medium_that_is_out_may_be_written_to(house: House) -> None:
    now, stick = read_clock(), house.stick.find(house.stick.mount)
    with pytest.raises(MediumUnregistered):
        house.register.require_out(stick, now)
    house.register.register(stick, "USB-07", house.signer, now)
    with pytest.raises(MediumIsIn):
        house.register.require_out(stick, now)
    due = now.wall_ms + DAY_MS
    house.register.give_out("SIM0042", bearer="Li Na", purpose="court", due_ms=due, signer=house.signer, now=now)
    assert house.register.require_out(stick, now).bearer == "Li Na"
    with pytest.raises(MediumOverdue):
        house.register.require_out(stick, replace(now, wall_ms=due + 1))
    with pytest.raises(MediumDiffers):
        house.register.require_out(replace(stick, capacity_bytes=64_000_000_000), now)
    with pytest.raises(MediumReadOnly):
        house.register.require_out(replace(stick, read_only=True), now)


def test_who_is_no_administrator_enters_nothing(house: House) -> None:
    stranger = administrator("Stranger")
    with pytest.raises(MediaRegisterRefused):
        house.register.register(house.stick.find(house.stick.mount), "USB-07", stranger, read_clock())
    assert house.register.entries() == ()


@pytest.mark.parametrize("damage", ["changed", "removed", "exchanged"])
def test_a_register_that_was_touched_is_not_believed(house: House, damage: str) -> None:
    house.give_out()
    file, other = entry_file(house, 0), entry_file(house, 1)
    kept = file.read_bytes()
    for one in (file, other):
        one.chmod(0o600)
    if damage == "changed":
        file.write_bytes(kept.replace(b'"sig":"M', b'"sig":"N'))
    elif damage == "removed":
        file.unlink()
    else:
        file.write_bytes(other.read_bytes())
        other.write_bytes(kept)
    with pytest.raises(MediaRegisterRefused):
        MediaRegister(house.archive.ledger.book).entries()


def test_two_who_write_at_once_both_get_their_line(house: House) -> None:
    one, other = house.register, house.register
    stick = house.stick.find(house.stick.mount)
    assert one.entries() == other.entries() == ()
    one.register(stick, "USB-07", house.signer, read_clock())
    other.register(replace(stick, serial="SIM0043"), "USB-08", house.other, read_clock())
    assert [medium.label for medium in one.media()] == ["USB-07", "USB-08"]
