"""A simulated site: an archive's key, the trust it has, and a custody that it signs."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from proctoring.vault.store.copies import Copies
from proctoring.vault.store.receiving import Receiver
from proctoring.vault.store.shelf import Shelf, ShelfNameMissing
from sync.trust.clock import read_clock
from sync.trust.envelope import sign, verify
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.archive import CustodyAct, CustodyEntry, Moment
from sync.wire.enrolment import DirectoryDevice, DirectoryKey
from sync.wire.ids import new_id
from tests.proctoring.vault.format.tiny import Writer

ARCHIVE = new_id()


@dataclass(frozen=True)
class Known:
    """The devices a registry knows."""

    devices: dict[str, DirectoryDevice]

    def device(self, device_id: str) -> DirectoryDevice | None:
        return self.devices.get(device_id)


def known(*writers: Writer) -> Known:
    """Give a registry's word about the seats these recordings were made at."""
    return Known({one.device: _entry(one) for one in writers})


def _entry(one: Writer) -> DirectoryDevice:
    return DirectoryDevice(
        device=one.device,
        seat_label="simulated",
        keys=(DirectoryKey(public_key_pem=one.keys.device.public.pem, from_ms=0),),
        enrolled_ms=0,
        revoked_ms=None,
    )


@dataclass(frozen=True)
class Site:
    """An archive over a shelf."""

    shelf: Shelf
    devices: Known
    work: Path
    key: SigningKey = field(default_factory=SigningKey.generate_p256)
    copies: Copies = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "copies", Copies(self.work))

    @property
    def public(self) -> PublicKey:
        return self.key.public

    def receiver(self, heads: Iterable[bytes] = ()) -> Receiver:
        envelopes = tuple(heads)
        return Receiver(
            self.shelf, self.devices, ARCHIVE, self.key, self.take_over, self.copies, heads=lambda _: envelopes
        )

    def knowing(self, devices: Known) -> "Site":
        return replace(self, devices=devices)

    def take_over(self, recording: str, **facts: str) -> CustodyEntry:
        """Enter the arrival, once."""
        name = f"custody/{recording}/000000.json"
        try:
            found = verify(self.shelf.read(name), CustodyEntry.PAYLOAD_TYPE, [self.public])
            return CustodyEntry.parse(found.payload)
        except ShelfNameMissing:
            manifest = self.shelf.read(f"recordings/{recording}/manifest.json")
            entry = entry_of(recording, sha256(manifest).hexdigest(), facts=facts)
            self.shelf.put(name, sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, self.key))
            return entry


def entry_of(
    recording: str,
    manifest_sha256: str,
    act: CustodyAct = CustodyAct.ARRIVED,
    sequence: int = 0,
    *,
    about: int | None = None,
    facts: dict[str, str] | None = None,
) -> CustodyEntry:
    now = read_clock()
    return CustodyEntry(
        archive=ARCHIVE,
        recording=recording,
        manifest_sha256=manifest_sha256,
        sequence=sequence,
        before="0" * 64,
        act=act,
        by=None,
        at=Moment(wall_ms=now.wall_ms, mono_ms=now.mono_ms, boot_id=now.boot_id),
        about=about,
        facts=facts or {},
    )
