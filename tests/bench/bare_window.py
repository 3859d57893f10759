"""The baseline of a start: what Python and PySide6 need for one empty window."""

import sys

from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.probe import FirstFrame


def main() -> int:
    application = QApplication(sys.argv)
    window = QWidget()
    window.resize(1366, 768)
    FirstFrame(window)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
