"""What leaves the archive: exports to registered media, and the register itself."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QObject, Signal

from app.archive.desk import ExportWish
from app.archive.window.act_page import Subject
from app.archive.window.bench import Bench, StopMark, Tell
from app.archive.window.cover_paper import COVER, export_papers
from app.archive.window.export_page import ExportPage, Place
from app.archive.window.media_page import MediaPage
from app.archive.window.work_page import Outcome, WorkPage
from app.ui.icons import Icon
from app.ui.text import Sentence, Text
from app.ui.tokens import Tone
from app.words import Words
from proctoring.vault.carrying.media_register import Medium
from proctoring.vault.carrying.medium import medium_at
from proctoring.vault.carrying.request import Exported, Progress
from sync.faults import Fault
from sync.replica.durable import private_folder

_PLACES_FOR_MEDIA: Final = frozenset(("/media", "/run/media", "/mnt"))
"""Where a desktop or an administrator mounts what is plugged in."""
_NEXT: Final = ("print", "remove", "hand")
"""What is to be done with a medium that was written to, in this order."""


class HandingOut(QObject):
    """Signal: back to the recording that was exported."""

    back = Signal(str)

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._session = ""
        self._stop = StopMark()
        self._refused = False
        words = Words(bench.stack.appearance.language)
        self._export: Final = bench.stack.take(ExportPage(words))
        self._media: Final = bench.stack.take(MediaPage(words))
        self._work: Final = bench.stack.take(WorkPage(words))
        self._export.confirmed.connect(self._confirmed)
        self._export.look_requested.connect(self._find_places)
        self._export.back.connect(self._leave)
        self._work.stopped.connect(self._stop_work)
        self._work.done.connect(self._read)
        self._media.registered.connect(self._register)
        self._media.given_out.connect(self._give_out)
        self._media.taken_back.connect(self._take_back)

    def ask_export(self, subject: Subject, session: str) -> None:
        """Ask where to and why."""
        self._session = session
        self._export.begin(subject)
        self._bench.stack.bring(self._export)
        self._find_places()

    def show_media(self) -> None:
        """Show the register."""
        self._bench.stack.bring(self._media)
        register, archive = self._bench.desk.register, self._bench.desk.archive

        def look() -> tuple[tuple[Medium, ...], tuple[Place, ...]]:
            media = register.media()
            return media, _places(media)

        self._media.show_fault(None)
        self._bench.look(self._media, look, lambda found: self._show(*found, archive.clock().wall_ms))

    def _show(self, media: tuple[Medium, ...], places: tuple[Place, ...], now_ms: int) -> None:
        self._media.show_media(media, now_ms)
        self._media.offer_places(tuple(place.folder for place in places if not place.label))

    def forget(self) -> None:
        """Forget what was typed: nobody is signed in any more."""
        self._media.clear_fields()
        self._export.reason.clear()
        self._export.recipients.clear()

    def _leave(self) -> None:
        subject = self._export.subject
        if subject is not None:
            self.back.emit(subject.recording)

    def _read(self) -> None:
        """Go back: to the recording when it was exported, to the form as it was when something stood in the way."""
        if not self._refused:
            self._leave()
            return
        self._bench.stack.bring(self._export)
        self._find_places()

    # exporting

    def _find_places(self) -> None:
        register = self._bench.desk.register
        self._bench.act(self._export, lambda: _places(register.media()), self._export.show_places)

    def _confirmed(self, whole: bool, folder: str, purpose: str, recipients: str) -> None:
        subject, signer, desk = self._export.subject, self._bench.need_signer(), self._bench.desk
        if subject is None:
            return
        session = self._session if whole else None
        wish = ExportWish(subject.recording, session, Path(folder), purpose, tuple(recipients.split()))
        working = private_folder(self._bench.working / "exports")
        about = Sentence("screen.archive.work.export_about", {"label": folder})
        self._work.begin(Sentence("screen.archive.work.export_title"), about, subject.simulated)
        self._bench.stack.bring(self._work)

        def work(tell: Tell) -> Exported:
            def heard(progress: Progress) -> None:
                tell(progress.done_bytes / max(1, progress.total_bytes), progress.seconds_left)

            return desk.export(wish, signer, working, export_papers, heard)

        self._stop = self._bench.take_long(work, self._work.show_progress, self._exported, self._failed)

    def _stop_work(self) -> None:
        self._stop.set()

    def _exported(self, done: Exported) -> None:
        self._refused = False
        lines: list[Text] = [Sentence("screen.archive.work.exported_to", {"folder": str(done.folder)})]
        left_out = len(done.listed.left_out)
        if left_out:
            lines.append(Sentence("screen.archive.work.left_out", {"count": left_out}))
        lines += [Sentence(f"screen.archive.work.next_{step}", {"file": COVER}) for step in _NEXT]
        look = (Icon.ATTENTION, Tone.ATTENTION) if left_out else (Icon.CHECK, Tone.DONE)
        said = Sentence("screen.archive.work.exported", {"count": len(done.listed.recordings)})
        self._work.end(Outcome(Sentence("screen.archive.work.exported_title"), *look, said, tuple(lines)))

    def _failed(self, fault: Fault) -> None:
        self._refused = True
        self._work.refuse(Sentence("screen.archive.work.unexported_title"), fault)

    # the register

    def _register(self, folder: str, label: str) -> None:
        signer, archive, register = self._bench.need_signer(), self._bench.desk.archive, self._bench.desk.register
        self._bench.act(
            self._media,
            lambda: register.register(medium_at(Path(folder)), label, signer, archive.clock()),
            lambda _medium: self._done(),
        )

    def _give_out(self, serial: str, bearer: str, purpose: str, due_ms: int) -> None:
        signer, archive, register = self._bench.need_signer(), self._bench.desk.archive, self._bench.desk.register
        self._bench.act(
            self._media,
            lambda: register.give_out(
                serial, bearer=bearer, purpose=purpose, due_ms=due_ms, signer=signer, now=archive.clock()
            ),
            lambda _medium: self._done(),
        )

    def _take_back(self, serial: str) -> None:
        signer, archive, register = self._bench.need_signer(), self._bench.desk.archive, self._bench.desk.register
        self._bench.act(
            self._media,
            lambda: register.take_back(serial, signer, archive.clock()),
            lambda _medium: self._done(),
        )

    def _done(self) -> None:
        self._media.clear_fields()
        self.show_media()


def _places(known: tuple[Medium, ...]) -> tuple[Place, ...]:
    """Find what is plugged in: every mounted disk that has a serial number and lies where media are mounted."""
    labels = {medium.serial: medium.label for medium in known}
    found = []
    for partition in psutil.disk_partitions(all=True):
        if not _PLACES_FOR_MEDIA.intersection((partition.mountpoint, *map(str, Path(partition.mountpoint).parents))):
            continue
        with suppress(Fault):  # no disk, or one without a number: nothing can be exported to it
            medium = medium_at(Path(partition.mountpoint))
            found.append(Place(partition.mountpoint, labels.get(medium.serial, "")))
    return tuple(found)
