"""A seat's recordings on their way to the site's store, and what is still waiting, for whoever asks.

Where they go is in `site-store.json`; the copy at the seat goes only with the archive's signed entry of the arrival.
"""

import os
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.seat.about import SUFFIX
from app.seat.home import SeatHome
from app.seat.records_away import RecordsAway
from proctoring.vault.format import layout
from proctoring.vault.store.address import open_shelf
from proctoring.vault.store.carry import Bandwidth, CarryState, carry, carry_about
from proctoring.vault.store.erasing import ErasingRefused, finish_releases, release_about, release_seat_copy
from proctoring.vault.store.listing import Found, list_recording
from proctoring.vault.store.shelf import Shelf, ShelfAway, ShelfNameMissing
from sync.faults import EnvironmentFault, Fault, Refused
from sync.replica.durable import FolderMissing, disk_faults, write_durably
from sync.trust.envelope import verify
from sync.trust.files import read_bounded
from sync.trust.keys import PublicKey
from sync.wire.archive import StoreIdentity
from sync.wire.ids import Id, Millis, is_id

IDLE_S: Final = 5.0
"""How soon a recording that was closed is noticed."""
STORE: Final = "store.json"
_MAX_BYTES: Final = 1_000_000
_STORE_BYTES: Final = StoreIdentity.MAX_BYTES * 2  # base64 and the signature around it
_UNCLOSED_AFTER_S: Final = 120.0  # a running recording signs a head every 10 s
_Look = tuple[tuple[str, int, int, int], ...]
_log = structlog.get_logger(__name__)


class SiteStoreRefused(EnvironmentFault):
    """`site-store.json` is there and cannot be read. Fact: `file`."""

    code = "SITE_STORE_REFUSED"


class SiteStoreAway(EnvironmentFault):
    """Where recordings go there is not the store this seat was told of: not mounted, or another's."""

    code = "SITE_STORE_AWAY"


_STORE_AWAY: Final = frozenset({SiteStoreAway.code, ShelfAway.code, FolderMissing.code, "STORAGE_UNREACHABLE"})


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class SiteStore(_Strict):
    """Where recordings go: the shelf's address, the archive that signs for them, and bytes a second at most."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    archive: Id
    archive_public_key_pem: Annotated[str, StringConstraints(max_length=1_000)]
    bytes_per_s: Annotated[int, Field(ge=10_000)] | None = None

    @classmethod
    def of(cls, home: SeatHome) -> "SiteStore | None":
        """Read what this seat was told; None if nobody told it.

        Raises:
            SiteStoreRefused: the file is not one.
        """
        try:
            found = cls.model_validate_json(read_bounded(home.site_store, _MAX_BYTES))
            PublicKey.from_pem(found.archive_public_key_pem)
        except FileNotFoundError:
            return None
        except (OSError, ValidationError, Fault) as error:
            raise SiteStoreRefused(type(error).__name__, file=home.site_store.name) from None
        return found


class Why(StrEnum):
    """Why a recording is still at the seat; the words are at `carrying.why.<value>`. AWAY: the store is, for now."""

    WAITING = "waiting"
    ASIDE = "aside"
    KEPT = "kept"
    UNCLOSED = "unclosed"
    FAULT = "fault"
    AWAY = "away"
    ABOUT = "about"


class Waiting(_Strict):
    """A recording that is still at the seat, or what is said about it (`Why.ABOUT`).

    `code` names the fault of what does not go.
    """

    recording: Id
    since_ms: Millis
    why: Why
    code: str = ""


class CarryingState(_Strict):
    """What the last pass came to; times in ms since 1970 (UTC)."""

    at_ms: Millis
    released: int
    waiting: tuple[Waiting, ...]


class Patience:
    """How long to wait until the next turn, s: soon after something has changed, ever longer while nothing does."""

    def __init__(self, least_s: float = 1.0, most_s: float = 60.0) -> None:
        self._least_s: Final = least_s
        self._most_s: Final = most_s
        self._wait_s = least_s
        self._before: tuple[Waiting, ...] | None = None

    def after(self, state: CarryingState) -> float:
        """Give the wait after a turn that came to this."""
        changed = state.released > 0 or state.waiting != self._before
        self._wait_s = self._least_s if changed else min(self._wait_s * 2, self._most_s)
        self._before = state.waiting
        return self._wait_s if state.waiting else min(self._wait_s, IDLE_S)


class Carrier:
    """Carries closed recordings, one after another; one that does not go keeps no other from going."""

    def __init__(self, home: SeatHome, stop: threading.Event) -> None:
        self._home: Final = home
        self._stop: Final = stop
        self._listed: dict[str, tuple[_Look, Found]] = {}
        self._records: Final = RecordsAway(home.records)

    def turn(self) -> CarryingState:
        """Carry what is there, let go what has arrived, and keep what came of it (`SeatHome.carrying`).

        Raises:
            SiteStoreRefused, DiskFault: nobody knows where to, or the seat's disk refuses.
        """
        with disk_faults(self._home.recordings, needed=0):
            return self._turn()

    def _turn(self) -> CarryingState:
        store = SiteStore.of(self._home)
        released, waiting = 0, []
        opened = _Opened(store)
        if store is not None:
            finish_releases(self._home.recordings, PublicKey.from_pem(store.archive_public_key_pem))
        for folder in _folders(self._home.recordings):
            since_ms = _closed_ms(folder)
            if since_ms is None:
                continue
            why, code = self._one(folder, opened)
            if why is None:
                released += 1
            else:
                waiting.append(Waiting(recording=folder.name, since_ms=since_ms, why=why, code=code))
        waiting += self._abouts(opened, {one.code for one in waiting})
        if store is not None:
            self._records.turn(opened.shelf)
        state = CarryingState(at_ms=_now_ms(), released=released, waiting=tuple(waiting))
        write_durably(self._home.carrying, state.model_dump_json().encode())
        return state

    def _one(self, folder: Path, opened: "_Opened") -> tuple[Why | None, str]:
        """Carry one recording; None as the reason if it was let go."""
        if not _is_closed(folder) or opened.store is None:
            return _before_it_goes(folder), ""
        try:
            with disk_faults(folder, needed=0):
                why = self._gone(folder, opened, opened.store)
        except ErasingRefused as fault:
            _log.info("copy stays", recording=folder.name, detail=fault.detail)
            return Why.KEPT, ""
        except Fault as fault:
            _log.warning("recording does not go", recording=folder.name, code=fault.code, detail=fault.detail)
            return (Why.AWAY if fault.code in _STORE_AWAY else Why.FAULT), fault.code
        if why is None:
            _log.info("copy let go", recording=folder.name)
        return why, ""

    def _gone(self, folder: Path, opened: "_Opened", store: SiteStore) -> Why | None:
        """Carry a recording, and let its copy go if it has arrived; None if that was done."""
        shelf, key = opened.shelf(), opened.key()
        carried = carry(folder, shelf, key, Bandwidth(store.bytes_per_s, self._stop), self._listing(folder))
        if carried.sent_bytes:
            _log.info("recording carried", recording=carried.recording, bytes=carried.sent_bytes)
        if carried.entry is None:
            return Why.ASIDE if carried.state is CarryState.ASIDE else Why.WAITING
        if carried.odd:
            return Why.KEPT
        release_seat_copy(folder, carried.entry, key)
        self._listed.pop(folder.name, None)
        return None

    def _listing(self, folder: Path) -> Found:
        """List a recording, and while it waits not again as long as its files look the same."""
        look, known = _look(folder), self._listed.get(folder.name)
        if known is None or known[0] != look:
            known = self._listed[folder.name] = (look, list_recording(folder))
        return known[1]

    def _abouts(self, opened: "_Opened", stated: set[str]) -> Iterator[Waiting]:
        """Carry what is said about recordings; let it go when its recording has gone. Give what does not go.

        `stated`: codes of what keeps everything from going, and is said of the recordings already.
        """
        for file in sorted(self._home.recordings.glob(f"*{SUFFIX}")):
            recording = file.name.removesuffix(SUFFIX)
            if opened.store is None or not is_id(recording) or file.is_symlink():
                continue
            try:
                carry_about(file, opened.shelf(), recording)
                if not file.with_name(recording).exists():
                    release_about(file, opened.shelf(), recording)
            except Fault as fault:
                _log.warning("what is said of it does not go", recording=recording, code=fault.code)
                if fault.code not in stated:
                    yield Waiting(recording=recording, since_ms=_changed_ms(file), why=Why.ABOUT, code=fault.code)


class _Opened:
    """The shelf, opened when it is first needed; one that cannot be opened is tried once a pass."""

    def __init__(self, store: SiteStore | None) -> None:
        self.store = store
        self._shelf: Shelf | None = None
        self._fault: Fault | None = None

    def shelf(self) -> Shelf:
        if self._fault is not None:
            raise self._fault
        if self._shelf is None:
            try:
                shelf = open_shelf(self.store.address if self.store else "")
                self._require_store(shelf)
                self._shelf = shelf
            except Fault as fault:
                self._fault = fault
                raise
        return self._shelf

    def _require_store(self, shelf: Shelf) -> None:
        """Refuse a place that does not show the store's own paper: a folder onto which no share is mounted."""
        try:
            raw = shelf.read(STORE, 0, _STORE_BYTES + 1)
            verified = verify(raw, StoreIdentity.PAYLOAD_TYPE, [self.key()], max_bytes=_STORE_BYTES)
            found = StoreIdentity.parse(verified.payload)
        except (ShelfNameMissing, Refused) as fault:
            raise SiteStoreAway(fault.code) from None
        if self.store is None or found.archive != self.store.archive:
            raise SiteStoreAway("another archive's")

    def key(self) -> PublicKey:
        return PublicKey.from_pem(self.store.archive_public_key_pem if self.store else "")


def read_state(home: SeatHome) -> CarryingState | None:
    """Give what the agent's last pass came to, or None."""
    try:
        return CarryingState.model_validate_json(read_bounded(home.carrying, 10 * _MAX_BYTES))
    except (OSError, ValidationError):
        return None


def waiting_now(home: SeatHome) -> CarryingState:
    """Give what is at this seat at this moment, with the reasons of the agent's last pass as far as it gave any.

    Raises:
        DiskFault: the seat's disk refuses.
    """
    last = read_state(home) or CarryingState(at_ms=0, released=0, waiting=())
    abouts = tuple(one for one in last.waiting if one.why is Why.ABOUT)
    said = {one.recording: one for one in last.waiting if one.why is not Why.ABOUT}
    waiting = []
    with disk_faults(home.recordings, needed=0):
        for folder in _folders(home.recordings):
            since_ms, known = _closed_ms(folder), said.get(folder.name)
            if since_ms is not None:
                why = _before_it_goes(folder)
                waiting.append(known or Waiting(recording=folder.name, since_ms=since_ms, why=why))
        abouts = tuple(one for one in abouts if (home.recordings / f"{one.recording}{SUFFIX}").is_file())
    return last.model_copy(update={"waiting": (*waiting, *abouts)})


def _before_it_goes(folder: Path) -> Why:
    return Why.WAITING if _is_closed(folder) else Why.UNCLOSED


def _is_closed(folder: Path) -> bool:
    return (folder / layout.MANIFEST).exists()


def _folders(root: Path) -> Iterator[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return
    yield from (root / name for name in names if is_id(name))


def _look(folder: Path) -> _Look:
    """Tell how the files of a folder look, without reading them."""
    with disk_faults(folder, needed=0), os.scandir(folder) as found:
        looks = [(entry.name, entry.stat(follow_symlinks=False)) for entry in found]
    return tuple(sorted((name, seen.st_size, seen.st_mtime_ns, seen.st_ino) for name, seen in looks))


def _closed_ms(folder: Path) -> int | None:
    """Give when a recording was closed, or, of one that nobody closed and nobody writes, when it was last written."""
    with disk_faults(folder, needed=0):
        for name in (layout.MANIFEST, layout.HEADS):
            try:
                changed = (folder / name).lstat().st_mtime
            except FileNotFoundError:
                continue
            running = name == layout.HEADS and time.time() - changed < _UNCLOSED_AFTER_S
            return None if running else max(0, round(changed * 1000))
    return None


def _changed_ms(file: Path) -> int:
    with disk_faults(file.parent, needed=0):
        return max(0, round(file.lstat().st_mtime * 1000))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
