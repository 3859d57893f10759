"""A clock that a test moves."""

from sync.trust.clock import ClockReading, read_clock


class MovedClock:
    """The real clocks, each moved by what a test says (ms)."""

    def __init__(self) -> None:
        self.mono_ms = 0
        self.wall_ms = 0
        self.slept_ms = 0
        self.boot_id: str | None = None

    def __call__(self) -> ClockReading:
        now = read_clock()
        boot, mono, wall = self.boot_id or now.boot_id, now.mono_ms + self.mono_ms, now.wall_ms + self.wall_ms
        return ClockReading(boot, mono, max(0, wall), now.slept_ms + self.slept_ms)

    def pass_ms(self, ms: int) -> None:
        """Let time go by on both clocks."""
        self.mono_ms += ms
        self.wall_ms += ms
