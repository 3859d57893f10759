"""Release: without the share no code path opens an item; with it, all of them, also after a restart."""

import secrets
from dataclasses import replace

import pytest

from app.exam.form import draw_form
from app.exam.prose import plain_text
from app.seat.home import SeatHome
from app.seat.release import forget_ended_releases, kept_keys, unlock_with
from app.seat.shelf import ItemShelf
from app.seat.workplace import Session, Workplace
from sync.client.release import PackageKeys, fetch_release
from sync.trust.aead import SealRefused
from sync.trust.keystore import FileKeyStore
from sync.trust.release import ReleaseShare
from tests.app.seat.conftest import Site


def shelf_of(session: Session, keys: PackageKeys) -> ItemShelf:
    plan, package = session.plan, session.package
    form = draw_form(package.header.items, package.sha256, plan.blueprint, plan.roster[0].form_seed)
    return ItemShelf(package, keys, form)


def test_without_a_share_there_are_no_keys(workplace: Workplace, session: Session) -> None:
    assert kept_keys(workplace, session) is None


def test_no_key_but_the_released_one_opens_an_item(workplace: Workplace, session: Session) -> None:
    # everything a thief of the whole seat has: its key store, its replica, the plan and the package
    grant = session.plan.grants[0]
    held = [
        workplace.keystore.replica_key(),
        workplace.keystore.sealing_key().raw(),
        bytes.fromhex(session.plan_sha256),
        bytes.fromhex(session.package.sha256),
        grant.sealed_share.encode()[:32],
        bytes(32),
        secrets.token_bytes(32),
    ]
    for key in held:
        shelf = shelf_of(session, PackageKeys(key, key))
        for place in shelf.form.items:
            with pytest.raises(SealRefused):
                shelf.item(place.item)
        with pytest.raises(SealRefused):
            shelf.markings()


def test_another_share_opens_nothing_and_is_not_kept(workplace: Workplace, session: Session) -> None:
    with pytest.raises(SealRefused):
        unlock_with(workplace, session, ReleaseShare.generate())
    assert kept_keys(workplace, session) is None


def test_the_share_is_useless_on_another_device(
    workplace: Workplace, session: Session, site: Site, seat_home: SeatHome
) -> None:
    stranger = replace(workplace, keystore=FileKeyStore(seat_home.root / "other-keys"))
    stranger.keystore.create()
    with pytest.raises(SealRefused):
        unlock_with(stranger, session, site.release_share())


def test_the_typed_code_opens_every_item_of_the_form(workplace: Workplace, session: Session, site: Site) -> None:
    typed = ReleaseShare.from_code(site.release_share().code().lower().replace("-", " "))
    shelf = shelf_of(session, unlock_with(workplace, session, typed))
    texts = {plain_text(shelf.item(place.item).stem.zh) for place in shelf.form.items}
    assert len(texts) == len(shelf.form.items)
    assert all(marking.correct() for marking in shelf.markings().values())


def test_the_registry_releases_over_the_network(workplace: Workplace, session: Session, site: Site) -> None:
    fetched = fetch_release(workplace.connect(), workplace.asker, workplace.trust, session.plan.session)
    assert fetched.code() == site.release_share().code()


def test_a_restart_does_not_ask_again_until_the_session_is_over(
    workplace: Workplace, session: Session, site: Site, seat_home: SeatHome
) -> None:
    keys = unlock_with(workplace, session, site.release_share())
    workplace.close()
    again = Workplace.open(seat_home)
    assert kept_keys(again, session) == keys
    forget_ended_releases(again)
    assert kept_keys(again, session) == keys, "the session is not over"
    again.replica.cabinet.raise_highest_signed_ms(session.plan.closes_ms, session.plan.closes_ms)
    forget_ended_releases(again)
    assert kept_keys(again, session) is None
    again.close()
