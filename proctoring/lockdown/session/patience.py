"""How long to wait before something is started again: at once if it ran well, ever longer if it did not."""

from dataclasses import dataclass


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
