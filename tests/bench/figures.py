"""A measured thing and what it is held against: many samples of each, taken turn by turn in the same run."""

from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Row:
    """One line of the table. `ours` and `baseline` are samples in `unit`, taken in turns (A B A B)."""

    what: str
    unit: str
    ours: tuple[float, ...]
    baseline: tuple[float, ...]
    tail: bool = False

    @property
    def ratio(self) -> float:
        """How many times the baseline's median ours is."""
        return median(self.ours) / median(self.baseline)

    @property
    def tail_ratio(self) -> float:
        """The same for the 99th percentile."""
        return p99(self.ours) / p99(self.baseline)

    def cells(self) -> tuple[str, str, str, str]:
        """Give the row as the table has it; with `tail`, median and 99th percentile."""
        ratio = f"{number(self.ratio)}x"
        if self.tail:
            ratio += f" / {number(self.tail_ratio)}x"
        return self.what, self._said(self.ours), self._said(self.baseline), ratio

    def _said(self, samples: tuple[float, ...]) -> str:
        said = number(median(samples))
        if self.tail:
            said += f" / {number(p99(samples))}"
        return f"{said} {self.unit}"


def p99(samples: tuple[float, ...]) -> float:
    """Give the 99th percentile, with few samples the largest."""
    return quantiles(samples, n=100, method="inclusive")[98] if len(samples) > 100 else max(samples)


def number(value: float) -> str:
    """Give a number with three figures that mean something."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
