"""`examroom seat run`, command line and all, with a probe that tells when its first page has been painted."""

import sys

from app.cli.main import run  # first, as for the installed command: what comes after Qt is slower to load
from app.seat import program
from app.seat.kiosk import Kiosk
from tests.bench.probe import FirstFrame


class WatchedKiosk(Kiosk):
    """The kiosk; tells when the page it begins with has been painted."""

    _watches = False

    def begin(self) -> None:
        if not self._watches:
            self._watches = True
            self.deck.shown.connect(self._watch)
        super().begin()

    def _watch(self, screen: str) -> None:
        """Watch the first page that somebody can do something on; "getting ready" comes before it."""
        page = self.deck.currentWidget()
        if page is not None and screen != "WaitingScreen":
            self.deck.shown.disconnect(self._watch)
            FirstFrame(page)


def main() -> None:
    setattr(program, "Kiosk", WatchedKiosk)  # noqa: B010 - a class exchanged for its subclass, here only
    sys.argv = ["examroom", "seat", "run", "--window", "--home", *sys.argv[1:]]
    run()


if __name__ == "__main__":
    main()
