"""What an operator sees of the channel: its roles, until when they are believed, who holds their keys."""

from dataclasses import asdict, dataclass

from app.registry.delegating import Province, provinces
from app.registry.repository import SOFTWARE, Repository
from app.registry.rootkeys import THRESHOLD


@dataclass(frozen=True)
class RoleFacts:
    """A role: its version, how many files it names (0 for one that names none), until when (ms since the epoch)."""

    name: str
    version: int
    targets: int
    expires_ms: int


@dataclass(frozen=True)
class ChannelFacts:
    """The channel as it is out now."""

    root_version: int
    root_keys: tuple[str, ...]
    root_threshold: int
    roles: tuple[RoleFacts, ...]
    provinces: tuple[Province, ...]

    def report(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return asdict(self)


def facts(repository: Repository) -> ChannelFacts:
    """Look at the newest root and everything that the timestamp leads to. Raises `RepositoryUnreadable`."""
    root = repository.root()
    timestamp = repository.metadata("timestamp.json").signed
    snapshot, targets = repository.current()
    software = repository.delegated(SOFTWARE, snapshot)
    signed = (
        ("root", root, 0),
        ("timestamp", timestamp, 0),
        ("snapshot", snapshot, 0),
        ("targets", targets, len(targets.targets)),
        (SOFTWARE, software, len(software.targets)),
    )
    return ChannelFacts(
        root_version=root.version,
        root_keys=tuple(sorted(root.roles["root"].keyids)),
        root_threshold=THRESHOLD,
        roles=tuple(
            RoleFacts(name, each.version, count, int(each.expires.timestamp() * 1000)) for name, each, count in signed
        ),
        provinces=provinces(repository),
    )
