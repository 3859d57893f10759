"""Administrators sign in: wrong PINs lock out, durably; who is not in the registry's directory does not count."""

import os
import threading
from pathlib import Path

import pytest

from app.archive.home import ArchiveHome
from app.archive.sign_in import AdministratorDesk, UnknownAdministrator
from proctoring.vault.retention.faults import AdministratorRefused
from proctoring.vault.retention.people import Signer
from sync.client.sign_in import FIRST_LOCK_MS, FREE_TRIES, LockedOut, PinRefused
from sync.faults import Fault
from sync.trust.pin import CredentialRefused, PinWrong, make_administrator_credential, open_administrator_credential
from sync.wire.archive import AdministratorCredential
from sync.wire.ids import new_id
from tests.proctoring.vault.retention.world import Site

PIN = "271828"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


def credential(signer: Signer) -> AdministratorCredential:
    """Seal an administrator's key cheaply, as the registry does dearly."""
    person = signer.person
    return make_administrator_credential(person.administrator, person.name, signer.key, PIN, memory_kib=8, passes=1)


@pytest.fixture
def home(site: Site) -> ArchiveHome:
    home = ArchiveHome(site.places.root)
    with AdministratorDesk.opened(home, site.clock) as desk:
        for signer in site.people:
            desk.add(credential(signer).to_bytes())
    return home


@pytest.mark.parametrize("place", ["credential", "address"])
def test_a_pipe_in_a_files_place_is_refused_and_keeps_nobody_waiting(site: Site, home: ArchiveHome, place: str) -> None:
    pipe = home.address_file if place == "address" else home.administrators / "x.json"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    said: list[Fault] = []

    def look() -> None:
        try:
            if place == "address":
                assert home.address
            with AdministratorDesk.opened(home, site.clock) as desk:
                desk.sign_in(site.people[0].person.administrator, PIN)
                unreadable = desk.unreadable()
            if unreadable is not None:
                said.append(unreadable)
        except Fault as fault:
            said.append(fault)

    looking = threading.Thread(target=look, daemon=True)
    other_end = os.open(pipe, os.O_RDWR)  # somebody who says nothing
    looking.start()
    looking.join(20)
    os.close(other_end)
    assert [one.code for one in said] == ["ARCHIVE_MISSING" if place == "address" else "CREDENTIALS_UNREADABLE"]


def test_who_knows_their_pin_acts_under_their_name_or_id(site: Site, home: ArchiveHome) -> None:
    kept = site.keep(site.open().shelf)
    with AdministratorDesk.opened(home, site.clock) as desk:
        assert [person.name for person in desk.people()] == [f"Administrator {number}" for number in range(3)]
        for who in ("Administrator 1", site.people[1].person.administrator):
            signer = desk.sign_in(who, PIN)
            assert signer.person == site.people[1].person
            assert site.open().hold(kept, signer, "complaint").by == signer.person


def test_wrong_pins_lock_out_and_neither_a_restart_nor_the_wall_clock_gives_tries_back(
    site: Site, home: ArchiveHome
) -> None:
    for left in range(FREE_TRIES - 1, -1, -1):
        with AdministratorDesk.opened(home, site.clock) as desk, pytest.raises(PinRefused) as caught:
            desk.sign_in("Administrator 0", "000000")
        assert caught.value.facts["left"] == left
    site.clock.skew_ms = 365 * 86_400_000
    with AdministratorDesk.opened(home, site.clock) as desk:
        with pytest.raises(LockedOut):
            desk.sign_in("Administrator 0", PIN)
        assert desk.sign_in("Administrator 1", PIN).person.name == "Administrator 1"
        site.clock.run(FIRST_LOCK_MS)
        assert desk.sign_in("Administrator 0", PIN).person.name == "Administrator 0"


def test_a_failure_is_on_the_disk_before_the_pin_is_tried(
    site: Site, home: ArchiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pulled(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.archive.sign_in.open_administrator_credential", pulled)
    for _ in range(FREE_TRIES):
        with AdministratorDesk.opened(home, site.clock) as desk, pytest.raises(KeyboardInterrupt):
            desk.sign_in("Administrator 0", PIN)
    monkeypatch.undo()
    with AdministratorDesk.opened(home, site.clock) as desk, pytest.raises(LockedOut):
        desk.sign_in("Administrator 0", PIN)


def test_who_was_revoked_or_is_nobodys_administrator_does_not_sign_in(
    site: Site, home: ArchiveHome, tmp_path: Path
) -> None:
    stranger = Site.make(tmp_path / "other").people[0]
    with AdministratorDesk.opened(home, site.clock) as desk:
        with pytest.raises(AdministratorRefused):
            desk.add(credential(stranger).to_bytes())
        with pytest.raises(UnknownAdministrator):
            desk.sign_in("Nobody", PIN)
    site.revoke(site.people[2])
    with AdministratorDesk.opened(home, site.clock) as desk, pytest.raises(AdministratorRefused):
        desk.sign_in("Administrator 2", PIN)


def test_a_credential_that_was_given_another_name_opens_nothing_and_counts_no_try(
    site: Site, home: ArchiveHome
) -> None:
    file = home.administrators / f"{site.people[0].person.administrator}.json"
    file.write_bytes(file.read_bytes().replace(b"Administrator 0", b"Administrator 9"))
    with AdministratorDesk.opened(home, site.clock) as desk:
        for who in ("Administrator 9", site.people[0].person.administrator):
            for pin in (PIN, "000000"):
                with pytest.raises(CredentialRefused):
                    desk.sign_in(who, pin)
        with pytest.raises(CredentialRefused):
            desk.add(file.read_bytes())
        assert desk.locked_for_ms(site.people[0].person.administrator) == 0
    edited = AdministratorCredential.parse(file.read_bytes())
    with pytest.raises(PinWrong):  # the name is part of the seal
        open_administrator_credential(edited, PIN)


def test_one_damaged_credential_is_named_and_keeps_nobody_else_out(site: Site, home: ArchiveHome) -> None:
    damaged = home.administrators / f"{site.people[0].person.administrator}.json"
    damaged.write_bytes(b"garbage")
    odd = home.administrators / f"{new_id()}.json"
    odd.write_bytes(credential(site.people[1]).model_copy(update={"public_key_pem": "no key"}).to_bytes())
    with AdministratorDesk.opened(home, site.clock) as desk:
        assert [person.name for person in desk.people()] == ["Administrator 1", "Administrator 2"]
        said = desk.unreadable()
        assert said is not None
        assert said.facts["files"] == ", ".join(sorted((damaged.name, odd.name)))
        assert desk.sign_in("Administrator 1", PIN).person == site.people[1].person
        with pytest.raises(UnknownAdministrator):
            desk.sign_in("Administrator 0", PIN)


def test_a_credential_with_another_key_or_as_another_person_does_not_open(site: Site) -> None:
    mine, theirs = credential(site.people[0]), credential(site.people[1])
    with pytest.raises(PinWrong):
        open_administrator_credential(mine.model_copy(update={"administrator": theirs.administrator}), PIN)
    with pytest.raises((PinWrong, CredentialRefused)):
        open_administrator_credential(mine.model_copy(update={"public_key_pem": theirs.public_key_pem}), PIN)
