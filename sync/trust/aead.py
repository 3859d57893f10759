"""AES-256-GCM with a context: sealed bytes open only where, and as what, they were sealed.

Format: nonce (12 random bytes), ciphertext, tag (16 bytes); the context is the associated data (NIST SP
800-38D).
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.faults import Refused

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
OVERHEAD_BYTES: Final = NONCE_BYTES + TAG_BYTES


class SealRefused(Refused):
    """Sealed bytes do not open: another key, another context, or bytes that were changed."""

    code = "SEAL_REFUSED"


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal `plaintext` under a 32-byte key; it opens only with the same context.

    The nonce is random: one key must not seal more than 2³² times (SP 800-38D section 8.3), far above any use
    here.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, plaintext, context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal` made.

    Raises:
        SealRefused: too short, another key or context, or changed bytes.
    """
    if len(sealed) < OVERHEAD_BYTES:
        raise SealRefused(f"{len(sealed)} bytes, a seal alone has {OVERHEAD_BYTES}")
    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag:
        raise SealRefused("the tag does not fit") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:  # AESGCM would take 16 bytes too, silently weaker
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)
