"""Every chain on the shelf is read, appended to and remembered in one way: custody, the clock line, the media."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from proctoring.vault.carrying.media_faults import MediaRegisterCut, MediaRegisterRefused
from proctoring.vault.carrying.media_register import MediaRegister
from proctoring.vault.carrying.medium import FoundMedium
from proctoring.vault.retention.faults import ClockLineCut, ClockLineRefused, CustodyCut, CustodyRefused
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.retention.timekeeping import moment
from sync.faults import Refused
from sync.trust import envelope
from sync.wire.archive import CustodyAct, MediumAct, MediumEntry
from tests.proctoring.vault.retention.world import Site


@dataclass(frozen=True)
class Kind:
    """One kind of chain: how an entry is added and the whole read, each time as by a process of its own."""

    folder: str
    add: Callable[[], object]
    read: Callable[[], object]
    cut: type[Refused]
    refused: type[Refused]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


@pytest.fixture(params=["custody", "clock", "media"])
def kind(request: pytest.FixtureRequest, site: Site) -> Kind:
    if request.param == "clock":
        return Kind(
            "clock", lambda: site.open().write_clock_line(), lambda: site.open().time(), ClockLineCut, ClockLineRefused
        )
    if request.param == "media":
        return Kind(
            "media",
            lambda: registered(site, f"SIM{len(register(site).entries()):04}"),
            lambda: register(site).entries(),
            MediaRegisterCut,
            MediaRegisterRefused,
        )
    kept = site.keep(site.open().shelf)
    return Kind(
        f"custody/{kept}",
        lambda: site.open().note(kept, CustodyAct.VERIFIED, None, None, verdict="complete"),
        lambda: site.open().custody(kept),
        CustodyCut,
        CustodyRefused,
    )


def register(site: Site) -> MediaRegister:
    return MediaRegister(site.open().ledger.book)


def registered(site: Site, serial: str) -> None:
    found = FoundMedium(Path("/simulated"), "sdz", serial, "Simulated stick", 32_000_000_000, "vfat", read_only=False)
    register(site).register(found, serial, site.people[0], site.clock())


def entries(site: Site, kind: Kind) -> list[Path]:
    return sorted((site.places.root / "store" / kind.folder).iterdir())


def test_a_chain_that_is_cut_at_its_end_is_missed_and_takes_no_new_entry(site: Site, kind: Kind) -> None:
    for _ in range(2):
        kind.add()
    cut = entries(site, kind)
    cut[-1].unlink()
    with pytest.raises(kind.cut) as caught:
        kind.read()
    assert caught.value.facts["missing"] == str(len(cut) - 1)
    with pytest.raises(kind.cut):
        kind.add()
    assert entries(site, kind) == cut[:-1]


def test_a_chain_of_which_nothing_is_left_is_missed(site: Site, kind: Kind) -> None:
    kind.add()
    for file in entries(site, kind):
        file.unlink()
    with pytest.raises(kind.cut):
        kind.read()


def test_a_home_that_was_lost_reads_what_lies_there_and_remembers_from_then_on(site: Site, kind: Kind) -> None:
    kind.add()
    site.lose_memory()
    kind.read()
    entries(site, kind)[-1].unlink()
    with pytest.raises(kind.cut):
        kind.read()


def test_what_was_exchanged_within_is_refused(site: Site, kind: Kind) -> None:
    for _ in range(2):
        kind.add()
    one, other = entries(site, kind)[-2:]
    kept = one.read_bytes()
    for file, raw in ((one, other.read_bytes()), (other, kept)):
        file.chmod(0o600)
        file.write_bytes(raw)
    with pytest.raises(kind.refused):
        kind.read()


def backdated(site: Site, person: Signer, at_ms: int) -> None:
    """Give a medium out behind the archive's back, with a key that its owner kept, under an earlier time."""
    chain = register(site)
    [known] = chain.entries()
    book, at = site.open().ledger.book, moment(site.clock()).model_copy(update={"wall_ms": at_ms})
    [digest] = chain._read.digests
    update = {"sequence": 1, "before": digest, "act": MediumAct.OUT, "by": person.person, "at": at}
    entry = known.model_copy(update=update)
    book.shelf.put("media/000001.json", envelope.sign(entry.to_bytes(), MediumEntry.PAYLOAD_TYPE, person.key))


def test_who_was_revoked_gives_no_medium_out_under_an_earlier_time(site: Site) -> None:
    registered(site, "SIM0001")
    then = site.clock().wall_ms
    site.clock.run(DAY_MS)
    site.revoke(site.people[1])
    backdated(site, site.people[1], then)
    with pytest.raises(MediaRegisterRefused, match="revoked"):
        register(site).entries()
