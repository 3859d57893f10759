"""The keys of a recording: one secret per epoch, moved on by HKDF at every segment so that the past stays closed.

state(first segment) = 32 random bytes, HPKE-sealed to every recipient
key(n)     = HKDF-SHA256(state(n), salt = recording id, info = "examroom segment-key v1|" n)
state(n+1) = HKDF-SHA256(state(n), salt = recording id, info = "examroom segment-next v1|" n)
"""

import base64
import binascii
import secrets
import uuid
from collections.abc import Iterable
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.trust.keys import SealingKey, seal_to
from sync.wire.plan import Recipient
from sync.wire.recording import KeyEpoch, WrappedKey

_KEY_BYTES: Final = 32


class Ratchet:
    """The key of one segment and the way to the next; there is no way back."""

    def __init__(self, recording: str, segment: int, state: bytes) -> None:
        self._recording: Final = recording
        self._state = state
        self.segment = segment

    @classmethod
    def fresh(cls, recording: str, first_segment: int) -> Self:
        """Begin an epoch with a random secret."""
        return cls(recording, first_segment, secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def opened(cls, recording: str, epoch: KeyEpoch, key: SealingKey) -> Self | None:
        """Unwrap an epoch's secret with a recipient's key; None if it was not sealed to this key.

        Raises:
            SealRefused: it was sealed to this key and does not open.
        """
        mine = base64.b64encode(key.public_raw).decode()
        for wrapped in epoch.wrapped:
            if wrapped.public_key == mine:
                state = key.open(_decoded(wrapped.sealed), _info(recording, epoch.first_segment))
                return cls(recording, epoch.first_segment, state)
        return None

    def wrapped(self, recipients: Iterable[Recipient]) -> KeyEpoch:
        """Seal the secret to every recipient; only an epoch's first state is ever wrapped.

        Raises:
            KeyRefused: a recipient's public key is not one.
        """
        info = _info(self._recording, self.segment)
        wrapped = tuple(
            WrappedKey(
                role=recipient.role,
                public_key=recipient.public_key,
                sealed=base64.b64encode(seal_to(_decoded(recipient.public_key), self._state, info)).decode(),
            )
            for recipient in recipients
        )
        return KeyEpoch(first_segment=self.segment, wrapped=wrapped)

    def key(self) -> bytes:
        """Give the current segment's key, 32 bytes."""
        return self._derive(b"examroom segment-key v1|")

    def advance(self) -> None:
        """Move to the next segment and forget this one's secret."""
        self._state = self._derive(b"examroom segment-next v1|")
        self.segment += 1

    def _derive(self, purpose: bytes) -> bytes:
        salt = uuid.UUID(self._recording).bytes
        info = purpose + str(self.segment).encode()
        return HKDF(SHA256(), _KEY_BYTES, salt, info).derive(self._state)


def _info(recording: str, first_segment: int) -> bytes:
    return b"examroom recording-key v1|" + recording.encode() + b"|" + str(first_segment).encode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""  # no key and no seal has this length: whoever uses it refuses it
