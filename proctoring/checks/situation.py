"""What a check has to know beyond the PC's files: who we are, what is ours, what was measured elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from proctoring.checks.installed import ExpectedBuild
from proctoring.checks.lists import Known
from sync.wire.environment import LockdownLevel


@dataclass(frozen=True)
class ScreenFact:
    """One screen as Qt sees it: its name and where it lies on the desktop, in pixels."""

    name: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class DiskFact:
    """The seat's disk against the session's longest recording: bytes, and minutes that fit with the chosen quality."""

    free_bytes: int
    needed_bytes: int
    longest_minutes: int
    lasts_minutes: int


@dataclass(frozen=True)
class KernelClock:
    """What the kernel says of its clock: whether a time service steers it, and how wrong it may be (µs)."""

    synchronised: bool
    most_error_us: int


@dataclass(frozen=True)
class Situation:
    """What is ours and expected on this PC; None is "not known", and then a check cannot tell.

    `own_pids`: our processes (kiosk, recorder, agent, supervisor) whose children are ours, too; `own_pid`: the one
    that asks. `peers`: addresses (numeric host, port) we may talk to; `ports`: those that may be listened on here,
    beside our own processes'. `home`: the seat's folder. `environment`: our own process's variables. `level`: how far
    this PC is shut down. `accessibility`: an accommodation in this room was approved that reads the screen. `known`:
    the lists to compare with (`Known.load(resource_folder() / "checks")`); `build`: our own files and the signed list
    of them, None in a checkout that has no list. `briefly`: this look is one of many, a second apart, in which a check
    that has much to look at may take a share of it.

    Seen and measured elsewhere: `screens` as Qt has them; `microphone_dbfs`: the loudest of the last seconds, RMS;
    `still_picture`: what `still.is_still` says of the camera's last pictures; `clock`: `clocks.read_kernel_clock`;
    `registry_offset_ms`: this PC's clock less the registry's or the station's; `disk`; `slept_ms`: how long the PC
    has slept since the kiosk began. As they were when the kiosk began or, later, when the session's checks were made
    that it started with: `known_inputs` (`inputs.input_identities`) and `known_routes` (`network.default_routes`);
    without them nothing counts as new.
    """

    own_pids: frozenset[int] = frozenset()
    peers: frozenset[tuple[str, int]] = frozenset()
    home: Path | None = None
    own_pid: int | None = None
    ports: frozenset[int] = frozenset()
    environment: Mapping[str, str] | None = None
    level: LockdownLevel | None = None
    accessibility: bool = False
    known: Known | None = None
    build: ExpectedBuild | None = None
    briefly: bool = False
    screens: tuple[ScreenFact, ...] | None = None
    microphone_dbfs: float | None = None
    still_picture: bool | None = None
    clock: KernelClock | None = None
    registry_offset_ms: int | None = None
    disk: DiskFact | None = None
    slept_ms: int | None = None
    known_inputs: frozenset[str] | None = None
    known_routes: frozenset[str] | None = None
