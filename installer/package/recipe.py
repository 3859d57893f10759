"""What goes into which package. A further product is one more `Product` in `PRODUCTS`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).parent / "debian"
"""Maintainer scripts, units and the rest that a package installs as it is, a folder for each product."""
UNITS: Final = "usr/lib/systemd/system"

_QT: Final = (
    *("libgl1", "libegl1", "libxkbcommon0", "libglib2.0-0t64 | libglib2.0-0", "libfontconfig1", "libfreetype6"),
    *("libdbus-1-3", "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"),
)
"""What Qt, OpenCV and PortAudio load but do not bring: the list of installer/bootstrap.sh."""


@dataclass(frozen=True)
class Product:
    """One package and the folder below /opt/examroom that it fills.

    `groups`: of pyproject's dependencies, "" for those of the programs, or the name of an extra. `without`: names
    among them that none of this package's commands need. `units`: those that start with the PC. `carried`: units that
    lie in the source's resources.
    """

    name: str
    command: str
    summary: str
    description: str
    depends: tuple[str, ...]
    recommends: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("",)
    without: frozenset[str] = field(default_factory=frozenset)
    units: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The product's name in options and below /opt/examroom, such as `seat`."""
        return self.name.removeprefix("examroom-")

    @property
    def root(self) -> str:
        """Where its tree lies on the PC."""
        return f"/opt/examroom/{self.short}"


SEAT: Final = Product(
    name="examroom-seat",
    command="examroom",
    summary="exam seat of an exam room (考试机)",
    description="""\
Delivers qualification exams on a PC of an exam room, records and seals them,
and proves afterwards that nothing was changed, with or without a network.
Its Python packages are inside; nothing is fetched when it is installed.
Locking the PC down to the exam is offered at the first start, not forced.""",
    depends=(
        *_QT,
        *("ca-certificates", "libudev1", "libportaudio2", "espeak-ng", "fonts-noto-cjk"),
        *("xserver-xorg-core", "xserver-xorg-input-libinput", "xauth", "nftables", "netbase", "systemd", "udev"),
    ),
    recommends=("ibus", "ibus-libpinyin", "libcups2", "pkexec"),
    units=("examroom-agent.service", "examroom-update.service"),
    carried=("resources/update/examroom-update.service",),
)
REGISTRY: Final = Product(
    name="examroom-registry",
    command="examroom-registry",
    summary="central registry of exam rooms (登记中心)",
    description="""\
Enrols the seats of exam rooms, hands out sealed exams, takes in what the seats
send, and signs what they may believe. Needs neither a screen nor a camera.
Its Python packages are inside; nothing is fetched when it is installed.""",
    depends=("ca-certificates", "libudev1", "systemd"),
    groups=("", "registry"),
    units=("examroom-registry.service",),
    without=frozenset(
        {"pyside6-essentials", "opencv-python", "sounddevice", "pyqtgraph", "webrtcvad-wheels", "xcffib"}
    ),
)
PRODUCTS: Final = (SEAT, REGISTRY)
