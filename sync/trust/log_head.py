"""A head of the registry's log, as far as the trust folder can judge it: signed by the log, cosigned by witnesses."""

from dataclasses import dataclass

from sync.trust.anchor import Trust
from sync.trust.checkpoint import Checkpoint, CheckpointRefused, read_checkpoint
from sync.trust.cosignature import Cosignature, cosignatures
from sync.wire.enrolment import RegistryRole


@dataclass(frozen=True)
class LogHead:
    """A head that the log signed. `quorum`: how many witnesses have to have cosigned it before it counts."""

    note: str
    size: int
    root: bytes
    cosignatures: tuple[Cosignature, ...]
    quorum: int

    @property
    def witnessed(self) -> bool:
        """Whether as many witnesses have cosigned it as are wanted; if not, it is no head yet."""
        return len(self.cosignatures) >= self.quorum


def read_log_head(note: str, trust: Trust) -> LogHead:
    """Verify a head of the registry's log.

    Raises:
        CheckpointRefused: not signed by any of the log's keys, of another log, or a witness's line is not good.
    """
    head = _read(note, trust)
    keys = trust.registry_keys
    return LogHead(note, head.size, head.root, cosignatures(note, keys.witnesses), keys.witness_quorum)


def _read(note: str, trust: Trust) -> Checkpoint:
    refused = CheckpointRefused("the registry has no key for a log")
    for key in trust.role_key(RegistryRole.LOG):
        try:
            return read_checkpoint(note, trust.log_origin, key)
        except CheckpointRefused as fault:
            refused = fault
    raise refused
