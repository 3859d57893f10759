"""The channel that packages and programs come through: The Update Framework, from an embedded root, over any source.

What is kept in the channel's folder: the newest metadata of each role (against roll-backs), every root since the
embedded one, and `whole.kept`: the last metadata that was whole, for a seat that no source answers. All of it is
verified anew each time, because anybody who once had the disk could have written it.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from tuf.api import exceptions
from tuf.api.metadata import TargetFile

from sync.client.source import NotThere, Source
from sync.client.tuf_client import (
    MOST_METADATA_BYTES,
    TARGETS,
    Client,
    Fetcher,
    KeptFetcher,
    pack_kept,
    unpack_kept,
)
from sync.faults import EnvironmentFault, Fault, Refused
from sync.replica.durable import disk_faults, private_folder, require_space, sync_folder, write_durably
from sync.trust.files import read_bounded

_KEPT: Final = "whole.kept"
_KEPT_FOLDER: Final = "whole"
_MOST_KEPT_BYTES: Final = 20 * MOST_METADATA_BYTES
_LOCK: Final = ".lock"
_LOCK_WAIT_S: Final = 30.0
_LOCK_LOOK_S: Final = 0.05


class ContentRefused(Refused):
    """A package, or the metadata that speaks for it, is not believed."""

    code = "CONTENT_REFUSED"


class ContentExpired(ContentRefused):
    """The metadata is past its date: the registry has said nothing for too long, or the seat is kept from hearing."""

    code = "CONTENT_EXPIRED"


class ContentRolledBack(ContentRefused):
    """The metadata is older than what this seat has seen."""

    code = "CONTENT_ROLLED_BACK"


class ContentNotSigned(ContentRefused):
    """The metadata is not signed by the keys that the seat's root names."""

    code = "CONTENT_NOT_SIGNED"


class ContentAltered(ContentRefused):
    """A file is not the one that was signed for."""

    code = "CONTENT_ALTERED"


class ContentNotPublished(ContentRefused):
    """The registry's signed list does not have this package, or has another one in its place."""

    code = "CONTENT_NOT_PUBLISHED"


class ChannelBusy(EnvironmentFault):
    """Another program at this seat is fetching just now."""

    code = "CHANNEL_BUSY"


class Standing(StrEnum):
    """What a channel's signed list is: the source's own, or the one kept from before, which has not expired."""

    FRESH = "fresh"
    KEPT = "kept"


@dataclass(frozen=True)
class TargetFacts:
    """What the signed list says of a file; `custom` is what its publisher signed with it."""

    path: str
    length: int
    sha256: str | None
    custom: Mapping[str, object]
    signed: TargetFile = field(repr=False)


class Channel:
    """What one repository offers, verified from `root` on, with what is known of it in `folder`.

    A channel is refreshed first, then asked. Several programs may use one folder at the same time. `keeps`: for when no
    source answers, also have ready what was whole before, each role of it as new as the rest.

    Raises:
        ContentRefused: `root` is no root metadata, or not signed as it itself demands.
    """

    def __init__(self, folder: Path, root: bytes, source: Source, *, keeps: bool = True) -> None:
        self._folder: Final = folder
        self._root: Final = root
        self._source: Final = source
        self._keeps: Final = keeps
        self._client: Client | None = None
        self._silence: Fault | None = None

    def refresh(self, now_ms: int) -> None:
        """Fetch and verify what is newest; expiry is judged at `now_ms`, which is the caller's to know.

        Raises:
            ContentExpired, ContentRolledBack, ContentNotSigned, ContentAltered, ContentRefused: it is not believed.
            ContentNotPublished: the source has no repository.
            One of the source's `silences`: the source says nothing.
            ChannelBusy: another program has had the folder for too long.
            DiskFull, DiskFault: it could not be kept.
        """
        self._client = self._silence = None
        with disk_faults(self._folder, needed=MOST_METADATA_BYTES), self._locked(), believing():
            client = Client(self._folder, self._root, Fetcher(self._source), now_ms)
            client.refresh()
            self._keep_whole(client)
        self._client = client

    def refresh_or_kept(self, now_ms: int) -> Standing:
        """As `refresh`; where the source is silent, go on with what was whole before, until that expires.

        A copy that lags behind, or is not believed, is as good as silent: what was verified before is not the worse for
        it. The registry itself is none: what it says and is not believed is refused.

        Raises:
            What `refresh` raises, where nothing was kept that still holds.
        """
        try:
            self.refresh(now_ms)
        except self._source.silences as silence:
            if not self._go_on_with_kept(now_ms, silence):
                raise
        except ContentRefused as refusal:
            if not self._source.may_lag or not self._go_on_with_kept(now_ms, refusal):
                raise
        else:
            return Standing.FRESH
        return Standing.KEPT

    def target(self, path: str) -> TargetFacts:
        """Say what the signed list has at a target path, following delegations.

        Raises:
            ContentNotPublished: nothing.
            What `refresh` raises: a delegated role is not believed, or not to be had.
        """
        found = self._look(path)
        if found is None:
            raise ContentNotPublished("not in the signed list")
        return _facts(found)

    def targets_of(self, role: str, path: str) -> tuple[TargetFacts, ...]:
        """Say all that the list itself delegates to `role` has; `path` is one that it would be looked for in.

        Raises:
            What `target` raises, but that nothing is there.
        """
        self._look(path)
        signed = self._refreshed().role(role, TARGETS)
        return () if signed is None else tuple(_facts(one) for one in signed.targets.values())

    def fetch(self, facts: TargetFacts, into: Path) -> None:
        """Have the file at `into`, whole and verified; not fetched again if it is there, gone on with if it was cut.

        Raises:
            ContentAltered: the source has another file in its place; it is not kept.
            ContentNotPublished: the source does not have it.
            One of the source's `silences`: it did not come whole; the next time goes on where it stopped.
            ChannelBusy: another program is fetching it.
            DiskFull, DiskFault: it could not be kept.
        """
        client = self._refreshed()
        with disk_faults(into.parent, needed=facts.length):
            if _is_there(into, facts):
                return
            digest = next(iter(facts.signed.hashes.values()))
            part = into.with_name(f".{digest[:32]}.part")
            with _opened_part(part) as file:
                require_space(into.parent, facts.length - file.seek(0, os.SEEK_END))
                self._receive(
                    _file_of(facts.path, digest if client.root.consistent_snapshot else ""), facts, file, part
                )
                os.fsync(file.fileno())
                part.replace(into)
            sync_folder(into.parent)

    def _receive(self, name: str, facts: TargetFacts, file: BinaryIO, part: Path) -> None:
        gone_on = file.seek(0, os.SEEK_END) > 0
        try:
            self._source.target(name, file, facts.length)
            if gone_on and not _is_whole(file, facts):  # what was there before was none of it
                file.truncate(0)
                self._source.target(name, file, facts.length)
        except NotThere as answer:
            part.unlink()
            raise ContentNotPublished(str(answer)) from None
        if not _is_whole(file, facts):
            part.unlink()
            raise ContentAltered("length or digest")

    def _refreshed(self) -> Client:
        if self._client is None:
            raise ContentRefused("nothing was refreshed")
        return self._client

    def _look(self, path: str) -> TargetFile | None:
        client = self._refreshed()
        with disk_faults(self._folder, needed=MOST_METADATA_BYTES), self._locked(), believing(self._silence):
            loaded = client.loaded
            found = client.get_targetinfo(path)
            if self._silence is None and client.loaded > loaded:
                self._keep(client)
        return found

    def _go_on_with_kept(self, now_ms: int, silence: Fault) -> bool:
        """Open what was whole before; `silence` is why, and is said again where that does not reach."""
        place = self._folder / _KEPT_FOLDER
        try:
            with self._locked(), believing():
                files = self._kept()
                shutil.rmtree(place, ignore_errors=True)
                client = Client(place, self._root, KeptFetcher(files), now_ms)
                client.refresh()
        except (OSError, Fault):
            return False
        self._client, self._silence = client, silence
        return True

    def _keep_whole(self, client: Client) -> None:
        """Keep what is whole now; not before every role that was whole is so again, unless it is not believed."""
        if not self._keeps:
            return
        with suppress(exceptions.DownloadError, *self._source.silences):
            client.load_again(self._kept())
            self._keep(client)

    def _keep(self, client: Client) -> None:
        files = client.kept()
        if self._keeps and files != self._kept():
            write_durably(self._folder / _KEPT, pack_kept(files))

    def _kept(self) -> Mapping[str, str]:
        try:
            return unpack_kept(read_bounded(self._folder / _KEPT, _MOST_KEPT_BYTES))
        except OSError:
            return {}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Have the folder alone: the library must not share it."""
        handle = os.open(private_folder(self._folder) / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "r+b") as file:
            until = time.monotonic() + _LOCK_WAIT_S
            while not _take(file):
                if time.monotonic() > until:
                    raise ChannelBusy
                time.sleep(_LOCK_LOOK_S)
            yield


def begin(folder: Path, root: bytes, now_ms: int) -> None:
    """Take a folder into use with the root that trust begins with there; no source is asked.

    Raises:
        ContentNotSigned, ContentRefused: it is no root, or not signed as it itself demands.
        DiskFull, DiskFault: it could not be kept.
    """
    with disk_faults(folder, needed=MOST_METADATA_BYTES), believing():
        Client(folder, root, KeptFetcher({}), now_ms)


@contextmanager
def believing(silence: Fault | None = None) -> Iterator[None]:
    """Turn what the library does not believe into our refusals; what it could not have is `silence`, if that is said.

    Raises:
        ContentExpired, ContentRolledBack, ContentNotSigned, ContentAltered, ContentNotPublished, ContentRefused.
    """
    try:
        yield
    except (exceptions.RepositoryError, exceptions.DownloadError) as error:
        if silence is not None and isinstance(error, exceptions.DownloadError):
            raise silence from None
        raise _refusal(error) from error


def _refusal(error: exceptions.RepositoryError | exceptions.DownloadError) -> ContentRefused:
    reason = f"{type(error).__name__}: {error}"
    match error:
        case exceptions.ExpiredMetadataError():
            return ContentExpired(reason)
        case exceptions.BadVersionNumberError():
            return ContentRolledBack(reason)
        case exceptions.UnsignedMetadataError():
            return ContentNotSigned(reason)
        case exceptions.LengthOrHashMismatchError() | exceptions.DownloadLengthMismatchError():
            return ContentAltered(reason)
        case exceptions.DownloadHTTPError():
            return ContentNotPublished(f"status {error.status_code}")
        case _:
            return ContentRefused(reason)


def _facts(signed: TargetFile) -> TargetFacts:
    custom = signed.custom if isinstance(signed.custom, dict) else {}
    return TargetFacts(signed.path, signed.length, signed.hashes.get("sha256"), custom, signed)


def _file_of(path: str, digest: str) -> str:
    """Give where a repository has a target: with consistent snapshots, under its digest too."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{digest}.{name}" if digest else path


def _is_whole(file: BinaryIO, facts: TargetFacts) -> bool:
    file.seek(0)
    try:
        facts.signed.verify_length_and_hashes(file)
    except exceptions.LengthOrHashMismatchError:
        return False
    return True


def _is_there(file: Path, facts: TargetFacts) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        return _is_whole(opened, facts)


@contextmanager
def _opened_part(part: Path) -> Iterator[BinaryIO]:
    """Open what has come of a file so far, alone."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(part, "r+b", opener=lambda path, _: os.open(path, flags, 0o600)) as file:
        # another program may have finished it between our opening and our having it alone
        if not _take(file) or not part.exists() or not os.path.samestat(os.fstat(file.fileno()), part.lstat()):
            raise ChannelBusy
        yield file


def _take(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
