"""Whether a window manager runs: by what it says of itself, and by the one thing every one of them has to ask for."""

from dataclasses import dataclass
from typing import Any, Final

from proctoring.lockdown.xserver import XServer, u32

_REDIRECT: Final = 0x100000  # SubstructureRedirect on the root: one client at a time, ICCCM 4.3
_LONGEST_NAME: Final = 15  # words of 4 bytes


@dataclass(frozen=True)
class WindowManager:
    """A window manager. `window`: its own window (0: it has named none). `name`: as it calls itself, or ""."""

    window: int
    name: str


class WindowManagerWatch:
    """Looks for a window manager (EWMH 1.5, "_NET_SUPPORTING_WM_CHECK"). Raises as `XServer.ask`."""

    def __init__(self, server: XServer) -> None:
        self._server = server
        self._check = server.atom("_NET_SUPPORTING_WM_CHECK")
        self._name = server.atom("_NET_WM_NAME")
        self._known = WindowManager(0, "")

    def ask(self) -> Any:  # noqa: ANN401 - a cookie of xcffib's
        """Ask which window the window manager says is its own."""
        return self._server.property(self._server.root, self._check, 1)

    def read(self, root: bytes | None, check: bytes | None) -> WindowManager | None:
        """Read the answer, with the root's attributes. What is left over from one that has ended does not count."""
        asks = root is not None and bool(u32(root, 32) & _REDIRECT)
        window = _word(check)
        if not asks or window == 0:
            return WindowManager(0, "") if asks else None
        if self._known.window != window:
            named, name = self._server.ask(
                self._server.property(window, self._check, 1), self._server.property(window, self._name, _LONGEST_NAME)
            )
            text = name[32 : 32 + u32(name, 16)].decode("utf-8", "replace") if name else ""
            self._known = WindowManager(window, text) if _word(named) == window else WindowManager(0, "")
        return self._known


def _word(answer: bytes | None) -> int:
    return u32(answer, 32) if answer and len(answer) > 32 else 0  # noqa: PLR2004 - a reply's header
