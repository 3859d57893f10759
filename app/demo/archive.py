"""The site's archive in a demonstration: made, run beside the sitting, and looked at when the recording has arrived."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.archive.home import ArchiveHome
from app.archive.service import ArchiveService
from app.archive.sign_in import AdministratorDesk
from app.demo.cast import SITE
from app.demo.home import DemoHome
from app.seat.carrying import SiteStore
from proctoring.vault.retention.archive import Archive
from sync.faults import EnvironmentFault, Fault
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import Trust
from sync.wire.archive import AdministratorCredential, CustodyAct
from sync.wire.enrolment import Invitation

EVERY_S = 0.5
PATIENCE_S = 60.0


class NotArchived(EnvironmentFault):
    """The sitting is over, but its recording has not arrived at the archive. Fact: `recording`."""

    code = "NOT_ARCHIVED"


@dataclass(frozen=True)
class Arrived:
    """A recording at the archive: its folder there, and the verdict that the archive signed for."""

    folder: Path
    verdict: str


def set_up_archive(home: DemoHome, credentials: Iterable[AdministratorCredential], invitation: Invitation) -> None:
    """Make an archive that these administrators may enter, and tell the enrolled seat where its recordings go."""
    place = ArchiveHome(home.archive)
    place.make(f"folder:{private_folder(home.shelf)}")
    Trust.load(home.trust).save(place.trust)
    place.tell_registry(invitation.url, invitation.ca_pem)
    archive = Archive.create(place, SITE)
    with AdministratorDesk.opened(place) as desk:
        for credential in credentials:
            desk.add(credential.to_bytes())
    told = SiteStore(
        address=place.address,
        archive=archive.identity.archive,
        archive_public_key_pem=archive.key.public.pem,
    )
    write_durably(home.seat.site_store, told.model_dump_json().encode())


@contextmanager
def archive_running(home: DemoHome) -> Iterator[None]:
    """Receive what arrives for the length of the block, as `examroom archive run` does."""
    place = ArchiveHome(home.archive)
    service, stop = ArchiveService(place, lambda: Archive.open(place)), threading.Event()
    told = private_folder(place.log) / "archive.log"
    told.touch(mode=0o600)
    with told.open("a", encoding="utf-8") as file:
        log = structlog.wrap_logger(structlog.WriteLogger(file), processors=[structlog.processors.JSONRenderer()])
        thread = threading.Thread(target=_receive, args=(service, log, stop), name="archive")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _receive(service: ArchiveService, log: structlog.typing.WrappedLogger, stop: threading.Event) -> None:
    while not stop.wait(EVERY_S):
        try:
            for event in service.turn():
                log.info(event.happening.value, **event.facts)
        except Fault as fault:
            log.warning("paused", code=fault.code, detail=fault.detail)


def wait_for_arrival(home: DemoHome, recording: str) -> Arrived:
    """Wait until the archive has signed for a recording, and the seat has let its copy go.

    Raises:
        NotArchived: it did not come within a minute.
    """
    archive, deadline = Archive.open(ArchiveHome(home.archive)), time.monotonic() + PATIENCE_S
    while (home.seat.recordings / recording).exists() or not (home.shelf / "recordings" / recording).exists():
        if time.monotonic() > deadline:
            raise NotArchived(recording=recording)
        time.sleep(0.1)
    arrived = next(entry for entry in archive.custody(recording) if entry.act is CustodyAct.ARRIVED)
    return Arrived(archive.folder(recording), arrived.facts["verdict"])
