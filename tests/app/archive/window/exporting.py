"""A program in which somebody exports at the real window to simulated sticks, one of which is really unmounted."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QApplication, QPushButton

from app.archive.catalogue import Catalogue
from app.archive.desk import ArchiveDesk, ExportWish
from app.archive.home import ArchiveHome
from app.archive.sign_in import AdministratorDesk
from app.archive.window.export_page import ExportPage
from app.archive.window.media_page import MediaPage
from app.archive.window.recording_page import RecordingPage
from app.archive.window.window import ArchiveWindow
from app.archive.window.work_page import WorkPage
from app.exam.prose import Language
from app.ui.bridge import finish_background
from app.ui.labels import Label, StatusMark
from app.ui.style import prepare_application
from proctoring.vault.carrying.request import Exported, MakePapers, Progress
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.people import Signer
from sync.replica.database import Replica
from sync.trust.keys import SealingKey
from sync.trust.keystore import FileKeyStore
from tests.app.archive.site import ArchiveSite
from tests.app.archive.window.hands import Hands
from tests.proctoring.vault.retention.world import SimulatedClock
from tests.sync.trust.world import World

LIMIT_S = 20
SMALL = Path("/mnt/small")
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


class Interrupted(ArchiveDesk):
    """The desk as it is, and something that happens once, after the first bytes were written."""

    happens: Callable[[], None] | None = None

    def export(
        self, request: ExportWish, signer: Signer, working: Path, papers: MakePapers, tell: Callable[[Progress], None]
    ) -> Exported:
        def heard(how_far: Progress) -> None:
            tell(how_far)
            if how_far.done_bytes and self.happens is not None:
                happens, self.happens = self.happens, None
                happens()
                tell(how_far)

        return super().export(request, signer, working, papers, heard)


def opened(told: dict[str, str], ends: ExitStack) -> ArchiveSite:
    """Open the archive that the test made."""
    home, clock = ArchiveHome(Path(told["home"])), SimulatedClock()
    archive = Archive.open(home, clock=clock)
    key = FileKeyStore(home.keys).replica_key()
    replica = Replica.open(home.replica, key)
    ends.callback(replica.close)
    opener = SealingKey.from_raw(base64.b64decode(told["opening"]))
    desk = Interrupted(archive, Catalogue.open(home.index, key), opener)
    ends.callback(desk.close)
    people = AdministratorDesk(home, archive.trust, replica.cabinet, clock)
    return ArchiveSite(home, archive, desk, people, (), clock, told["recording"], replica, World.make())


class Walk(Hands):
    """What is done with media and exports."""

    def register(self, place: str, label: str) -> None:
        self.press("go_media")
        self.until(MediaPage)
        self.type("medium_place", place)
        self.type("medium_label", label)
        self.press("register")
        self.until_says(label)

    def give_out(self, number: int) -> None:
        self.press(f"medium_{number}")
        self.type("medium_bearer", "韩雪")
        self.type("medium_purpose", "交考试机构复核")
        self.type("medium_due", "2027-12-01")
        self.press("give_out")
        self.wait(lambda: self.window.bench.desk.register.media()[number].bearer == "韩雪")

    def ask(self) -> None:
        self.press("go_find")
        self.press("open")
        self.until(RecordingPage)
        self.press("export")
        self.until(ExportPage)

    def choose(self, place: Path) -> None:
        """Choose a medium by where it is plugged in; the window may list them in another order next time."""

        def chip() -> str:
            names = (one for one in self.page.findChildren(QPushButton) if one.isVisible())
            return next((one.objectName() for one in names if one.text().endswith(f"\u2003{place}")), "")

        self.wait(lambda: bool(chip()))
        self.press(chip())

    def export(self, place: Path | None = None, recipients: str = "") -> str:
        """Export, and give what the window says in the end."""
        if place is not None:
            self.choose(place)
        self.type("export_purpose", "交考试机构复核")
        self.type("export_recipients", recipients)
        self.press("export_now")
        self.until(WorkPage)
        page = self.page
        assert isinstance(page, WorkPage)
        self.wait(self.button("done").isVisible)
        said = page.problem.text()
        if not said:
            outcome = page.findChild(StatusMark, "outcome")
            assert outcome is not None
            said = "\n".join((outcome.text(), *(one.text() for one in page.findChildren(Label) if one.isVisible())))
        self.press("done")
        return said


def walk(hands: Walk, stick: Path, kept: Path) -> list[str]:
    desk, ends = hands.window.bench.desk, []
    assert isinstance(desk, Interrupted)
    hands.sign_in()
    hands.ask()
    ends.append(hands.export(stick))  # nobody registered it
    hands.register(str(stick), "青河 01")
    hands.register(str(SMALL), "青河 02")
    hands.ask()
    ends.append(hands.export(stick))  # nobody gave it out
    hands.press("go_media")
    hands.until(MediaPage)
    for number in range(2):
        hands.give_out(number)
    hands.ask()
    ends.append(hands.export(SMALL))  # there is not the room
    desk.happens = lambda: pull(stick)
    ends.append(hands.export(stick))
    ends.append(str(sorted(one.name for one in stick.iterdir())))
    subprocess.run(["mount", "--bind", str(kept), str(stick)], check=True)
    hands.press("look_again")
    ends.append(stopped(hands, desk, stick))
    hands.until(ExportPage)
    ends.append(hands.export())
    hands.until(RecordingPage)
    hands.ask()
    ends.append(hands.export(stick, AGE))
    return ends


def pull(stick: Path) -> None:
    subprocess.run(["umount", "--lazy", str(stick)], check=True)


def stopped(hands: Walk, desk: Interrupted, stick: Path) -> str:
    """Press "stop" while it is written; give what the window says of progress, and then."""
    writing, pressed = threading.Event(), threading.Event()

    def wait() -> None:
        writing.set()
        if not pressed.wait(LIMIT_S):
            raise TimeoutError

    desk.happens = wait
    hands.choose(stick)
    hands.press("export_now")
    hands.until(WorkPage)
    page = hands.page
    assert isinstance(page, WorkPage)
    hands.wait(lambda: writing.is_set() and "还需约" in page._progress.text())
    hands.press("stop")
    pressed.set()
    hands.wait(hands.button("done").isVisible)
    hands.press("done")
    return page.problem.text()


def main() -> None:
    told = json.loads(sys.argv[1])
    application = QApplication(["examroom", "-platform", "offscreen"])
    prepare_application(application)
    with ExitStack() as ends:
        site = opened(told, ends)
        window = ArchiveWindow(site.desk, site.people, site.home.root, Language.ZH)
        window.begin()
        window.show()
        said = walk(Walk(window, site), Path("/mnt/stick"), Path(told["kept"]))
        window.close()
        finish_background()
        shiboken6.delete(window)
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
