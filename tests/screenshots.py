"""Draws every screen into `resources/screenshots/`: `python -m tests.screenshots` (or `make screenshots`).

The people and sessions on them are made up. No display is needed. With a folder as argument, all of them are drawn
there; without, those the repository keeps: Chinese and English at 1366x768, and Chinese with text at 200 %.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.app.seat.screens.gallery import render_all

KEPT = Path(__file__).parents[1] / "resources" / "screenshots"
OFFSCREEN = "This plugin does not support propagateSizeHints"  # said of every window that is shown
WORTH_KEEPING = re.compile(r".*-((zh|en)-1366x768-100|zh-1366x768-200)\.png")


def main(folder: Path | None) -> int:
    """Draw, say how many, and give the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(lambda _kind, _where, said: None if said.startswith(OFFSCREEN) else print(said))
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        drawn = render_all(folder or Path(scratch))
        application.processEvents()
        if folder is None:
            drawn = keep([file for file in drawn if WORTH_KEEPING.fullmatch(file.name)])
    print(f"{len(drawn)} screenshots in {folder or KEPT}")
    return 0


def keep(drawn: list[Path]) -> list[Path]:
    """Replace what the repository keeps, without transparency and as small as PNG goes."""
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.png"):
        old.unlink()
    for file in drawn:
        image = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB888)
        if not image.save(str(KEPT / file.name), quality=0):  # 0: the smallest file, not the quickest
            raise OSError(f"cannot write {file.name}")
    return [KEPT / file.name for file in drawn]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
