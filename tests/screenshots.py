"""Draws every screen into `resources/screenshots/`: `python -m tests.screenshots` (or `make screenshots`).

The people and sessions on them are made up. No display is needed. With a folder as argument, all of them are drawn
there, in every size, language, theme and text size; without, the few that the repository keeps: the main ones in
Chinese, and some that show the rest. Nothing may be cut off, squeezed, outside or over something else: what is, is
said, and the exit code is 1.
"""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.exam.appearance import Appearance
from app.exam.prose import Language
from sync.wire.plan import Theme
from tests.app.archive.window.gallery import SHOTS as ARCHIVE
from tests.app.archive.window.player_shots import SHOTS as PLAYER
from tests.app.seat.screens.gallery import SHOTS, SIZES, Shot, render_all
from tests.app.setup.gallery import SHOTS as SETUP

KEPT = Path(__file__).parents[1] / "resources" / "screenshots"
OFFSCREEN = "This plugin does not support propagateSizeHints"  # said of every window that is shown
SMALL = SIZES[0]
PLAIN = {
    "02-launch",
    "02-launch-found",
    "03-identity",
    "04-notice-ready",
    "05-item-case",
    "05-item-tools",
    "11-corner",
    "11-corner-environment",
    "12-corner-extra-time",
    "12-override",
    "13-authority",
    "14-ended",
    "15-sessions",
    "16-reconcile",
    "17-record",
    "32-archive-recording",
    "34-archive-decide",
    "35-archive-export",
    "37-archive-media",
    "38-archive-calendar",
    "39-archive-log",
    "50-setup-welcome",
    "51-setup-invitation",
    "53-setup-fingerprint",
    "54-setup-enrolment",
    "55-setup-camera",
    "57-setup-rehearsal-held",
    "58-setup-report",
    "59-setup-lockdown",
}
"""These are kept in Chinese, as they come."""
ALSO_KEPT = {
    "01-sign-in",
    "05-item",
    "05-item-display-panel",
    "06-review",
    "09-result",
    "31-archive-find",
    "32-archive-recording-playing",
}
"""These are kept in English, with large text, and in the other themes as well."""


def worth_keeping(shot: Shot, size: tuple[int, int], appearance: Appearance) -> bool:
    """Tell whether the repository keeps this one."""
    if size != SMALL:
        return False
    others = (Appearance(Language.EN), Appearance(Language.ZH, 200))
    themed = appearance.theme is not Theme.LIGHT and appearance == Appearance(Language.ZH, theme=appearance.theme)
    if appearance == Appearance():
        return shot.name in PLAIN | ALSO_KEPT
    return shot.name in ALSO_KEPT and (appearance in others or themed)


def main(folder: Path | None) -> int:
    """Draw, say how many, and give the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(lambda _kind, _where, said: None if said.startswith(OFFSCREEN) else print(said))
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        every = (*SHOTS, *PLAYER, *ARCHIVE, *SETUP)
        drawn = render_all(folder, shots=every) if folder else render_all(Path(scratch), worth_keeping, every)
        if folder is None:
            keep([picture.file for picture in drawn])
        application.processEvents()
    wrong = [f"{picture.file.name}: {fault}" for picture in drawn for fault in picture.faults]
    print(*wrong, f"{len(drawn)} screenshots in {folder or KEPT}, {len(wrong)} faults of layout", sep="\n")
    return 1 if wrong else 0


def keep(drawn: list[Path]) -> None:
    """Replace what the repository keeps, without transparency and as small as PNG goes."""
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.png"):
        old.unlink()
    for file in drawn:
        image = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB888)
        if not image.save(str(KEPT / file.name), quality=0):  # 0: the smallest file, not the quickest
            raise OSError(f"cannot write {file.name}")


if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[-1].startswith("-"):
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
