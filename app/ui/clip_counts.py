"""How often the clips of an item were begun, in this sitting, counted on here and told."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping


class PlayCounts(MutableMapping[str, int]):
    """Counts by medium. Whoever is told hears of each play once."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self.tell: Callable[[str], None] | None = None

    def know(self, counts: Mapping[str, int]) -> None:
        """Take what is known from elsewhere; a play that was counted here already stays."""
        for medium, count in counts.items():
            self._counts[medium] = max(count, self._counts.get(medium, 0))

    def __getitem__(self, medium: str) -> int:
        return self._counts[medium]

    def __setitem__(self, medium: str, count: int) -> None:
        more = count - self._counts.get(medium, 0)
        self._counts[medium] = count
        for _play in range(more):
            if self.tell is not None:
                self.tell(medium)

    def __delitem__(self, medium: str) -> None:
        del self._counts[medium]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)
