"""Links: whatever asks the desktop to open an address asks us, and nothing is opened."""

from typing import Final

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

_SCHEMES: Final = ("http", "https", "file", "ftp", "mailto", "tel", "help")


class Links(QObject):
    """Takes every scheme that could start another program."""

    def begin(self) -> None:
        """Refuse from now on."""
        for scheme in _SCHEMES:
            QDesktopServices.setUrlHandler(scheme, self, "refuse")  # type: ignore[arg-type] # the stub says bytes, the code str

    def end(self) -> None:
        """Leave links to the desktop again."""
        for scheme in _SCHEMES:
            QDesktopServices.unsetUrlHandler(scheme)

    @Slot(QUrl)
    def refuse(self, _url: QUrl) -> None:
        """Open nothing."""
