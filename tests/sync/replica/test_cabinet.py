"""The cabinet: documents by name, figures that never go back, wrong PINs that survive a restart."""

from pathlib import Path

from sync.replica.cabinet import DocumentKind, PinFailure
from sync.replica.database import Replica


def test_a_document_is_kept_replaced_and_forgotten(replica: Replica) -> None:
    cabinet = replica.cabinet
    cabinet.put_document(DocumentKind.PLAN, "a", b"one", 1)
    cabinet.put_document(DocumentKind.PLAN, "a", b"two", 2)
    cabinet.put_document(DocumentKind.RELEASE, "a", b"other kind", 3)
    assert cabinet.document(DocumentKind.PLAN, "a") == b"two"
    cabinet.remove_document(DocumentKind.PLAN, "a")
    assert cabinet.document(DocumentKind.PLAN, "a") is None
    assert cabinet.document(DocumentKind.RELEASE, "a") == b"other kind"


def test_the_newest_name_comes_first(replica: Replica) -> None:
    for name, at in (("old", 1), ("new", 3), ("middle", 2)):
        replica.cabinet.put_document(DocumentKind.PLAN, name, b"", at)
    assert replica.cabinet.names(DocumentKind.PLAN) == ["new", "middle", "old"]


def test_the_highest_signed_time_never_goes_back(replica: Replica) -> None:
    assert replica.cabinet.highest_signed_ms() == 0
    for seen, expected in ((100, 100), (50, 100), (101, 101)):
        replica.cabinet.raise_highest_signed_ms(seen)
        assert replica.cabinet.highest_signed_ms() == expected


def test_wrong_pins_are_still_counted_after_a_restart(tmp_path: Path, key: bytes) -> None:
    failure = PinFailure("boot", 10, 20)
    for expected in ([failure], [failure, failure]):
        with Replica.open(tmp_path / "replica.db", key) as replica:
            replica.cabinet.record_pin_failure("proctor", failure)
            assert replica.cabinet.pin_failures("proctor") == expected
    with Replica.open(tmp_path / "replica.db", key) as replica:
        replica.cabinet.clear_pin_failures("proctor")
        assert replica.cabinet.pin_failures("proctor") == []
