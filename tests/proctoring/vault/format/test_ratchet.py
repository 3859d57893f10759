import pytest

from proctoring.vault.format.ratchet import Ratchet
from sync.trust.aead import SealRefused
from sync.trust.keys import KeyRefused, SealingKey
from sync.wire.plan import Recipient, RecipientRole
from sync.wire.recording import KeyEpoch
from tests.proctoring.seat import encoded

RECORDING = "01900000-0000-7000-8000-000000000001"


def test_a_recipient_gets_the_keys_of_every_segment_from_the_epoch_on() -> None:
    site, other = SealingKey.generate(), SealingKey.generate()
    ratchet = Ratchet.fresh(RECORDING, 7)
    epoch = ratchet.wrapped([Recipient(role=RecipientRole.SITE, public_key=encoded(site))])
    seat_keys = []
    for _ in range(5):
        seat_keys.append(ratchet.key())
        ratchet.advance()
    opened = Ratchet.opened(RECORDING, epoch, site)
    assert opened is not None
    site_keys = []
    for _ in range(5):
        site_keys.append(opened.key())
        opened.advance()
    assert site_keys == seat_keys
    assert len(set(seat_keys)) == 5
    assert Ratchet.opened(RECORDING, epoch, other) is None


def test_what_the_seat_still_holds_gives_no_earlier_key() -> None:
    ratchet = Ratchet.fresh(RECORDING, 0)
    earlier = ratchet.key()
    ratchet.advance()
    held = vars(ratchet)
    assert earlier not in held.values()
    assert Ratchet(RECORDING, 0, held["_state"]).key() != earlier


def test_a_key_sealed_for_another_segment_does_not_open() -> None:
    site = SealingKey.generate()
    epoch = Ratchet.fresh(RECORDING, 0).wrapped([Recipient(role=RecipientRole.SITE, public_key=encoded(site))])
    moved = KeyEpoch(first_segment=1, wrapped=epoch.wrapped)
    with pytest.raises(SealRefused):
        Ratchet.opened(RECORDING, moved, site)


@pytest.mark.parametrize("public_key", ["", "AAAA", "A" * 43 + "=", "A"])
def test_a_recipient_without_a_real_key_is_refused(public_key: str) -> None:
    with pytest.raises(KeyRefused):
        Ratchet.fresh(RECORDING, 0).wrapped([Recipient(role=RecipientRole.SITE, public_key=public_key)])
