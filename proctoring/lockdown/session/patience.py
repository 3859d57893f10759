"""How long to wait before something is started again, and how often to tell what happens over and over."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Patience:
    """Counts ends that followed each other closely.

    `calm_s`: what ran this long ran well. `first_s`: the pause after the second bad end; it doubles up to `most_s`.
    """

    calm_s: float = 30.0
    first_s: float = 0.5
    most_s: float = 30.0
    times: int = 0

    def after(self, lived_s: float) -> float:
        """Give the pause in seconds after something ended that had lived so long; 0 the first time."""
        if lived_s >= self.calm_s:
            self.times = 0
        self.times += 1
        if self.times == 1:
            return 0.0
        # bounded before it is raised: a number of any size has to come out right
        return min(self.most_s, self.first_s * 2.0 ** min(self.times - 2, 30))


@dataclass
class Thinned:
    """Tells of what happens over and over: the first time at once, then every `every_s` how often it was since.

    `tell` is given whose it was (a process id) and how many times. Needs a running event loop.
    """

    tell: Callable[[int, int], None]
    every_s: float = 10.0
    _untold: dict[int, int] = field(default_factory=dict)

    def happened(self, whose: int) -> None:
        """Count it, and tell it if nothing was told of it lately."""
        if whose in self._untold:
            self._untold[whose] += 1
        else:
            self._tell(whose, 1)

    def rest(self) -> None:
        """Tell what is counted and not told yet."""
        for whose, times in self._untold.items():
            if times:
                self.tell(whose, times)
        self._untold.clear()

    def _tell(self, whose: int, times: int) -> None:
        self.tell(whose, times)
        self._untold[whose] = 0
        asyncio.get_running_loop().call_later(self.every_s, self._told_lately_no_more, whose)

    def _told_lately_no_more(self, whose: int) -> None:
        if times := self._untold.pop(whose, 0):
            self._tell(whose, times)
