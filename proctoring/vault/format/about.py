"""Who and what a recording shows: signed by the seat, then sealed to those who may open the recording.

The file is a `SealedAbout` in canonical JSON. Nobody without a recipient's key learns a name from it; whoever has one
checks before believing: that the device signed it, and that it is about this recording and this manifest.
"""

import base64
import binascii
import secrets
from collections.abc import Iterable
from typing import Final

from sync.faults import Refused
from sync.trust.aead import KEY_BYTES, SealRefused, open_sealed, seal
from sync.trust.envelope import EnvelopeRefused, sign, verify
from sync.trust.keys import PublicKey, SealingKey, SigningKey, seal_to
from sync.wire.archive import RecordingAbout, SealedAbout
from sync.wire.document import DocumentRefused
from sync.wire.plan import Recipient
from sync.wire.recording import WrappedKey

_CONTEXT: Final = b"examroom recording-about v1|"


class AboutRefused(Refused):
    """What is said about a recording is not believed; the recording itself is not touched by that."""

    code = "ABOUT_REFUSED"


class AboutOfAnotherKey(AboutRefused):
    """It is sealed to others than whoever opens it; nobody can say what it is worth."""

    code = "ABOUT_OF_ANOTHER_KEY"


def seal_about(about: RecordingAbout, key: SigningKey, recipients: Iterable[Recipient]) -> bytes:
    """Sign with the device's key and seal to every recipient; give the file's bytes.

    Raises:
        KeyRefused: a recipient's public key is not one.
    """
    context, secret = _CONTEXT + about.recording.encode(), secrets.token_bytes(KEY_BYTES)
    signed = sign(about.to_bytes(), RecordingAbout.PAYLOAD_TYPE, key)
    wrapped = tuple(
        WrappedKey(
            role=recipient.role,
            public_key=recipient.public_key,
            sealed=base64.b64encode(seal_to(_decoded(recipient.public_key), secret, context)).decode(),
        )
        for recipient in recipients
    )
    sealed = base64.b64encode(seal(secret, signed, context)).decode()
    return SealedAbout(recording=about.recording, wrapped=wrapped, sealed=sealed).to_bytes()


def open_about(
    raw: bytes, recording: str, manifest_sha256: str, opener: SealingKey, signers: Iterable[PublicKey]
) -> RecordingAbout:
    """Open what `seal_about` made for this recording; `signers` are the keys of the device that recorded it.

    Raises:
        AboutOfAnotherKey: not sealed to this key.
        AboutRefused: changed, not signed by the device, or about another recording.
    """
    return open_signed_about(raw, recording, manifest_sha256, opener, signers)[0]


def open_signed_about(
    raw: bytes, recording: str, manifest_sha256: str, opener: SealingKey, signers: Iterable[PublicKey]
) -> tuple[RecordingAbout, bytes]:
    """Give what `open_about` gives, and the envelope that the device signed. Raises what `open_about` raises."""
    try:
        found = SealedAbout.parse(raw)
        context, mine = _CONTEXT + recording.encode(), base64.b64encode(opener.public_raw).decode()
        wrapped = next((one for one in found.wrapped if one.public_key == mine), None)
        if wrapped is None:
            raise AboutOfAnotherKey
        secret = opener.open(_decoded(wrapped.sealed), context)
        if len(secret) != KEY_BYTES:
            raise AboutRefused("the key has a wrong length")
        signed = open_sealed(secret, _decoded(found.sealed), context)
        about = RecordingAbout.parse(verify(signed, RecordingAbout.PAYLOAD_TYPE, signers).payload)
    except (DocumentRefused, EnvelopeRefused, SealRefused) as fault:
        raise AboutRefused(fault.code) from None
    if (about.recording, about.manifest_sha256) != (recording, manifest_sha256):
        raise AboutRefused("about another recording or manifest")
    return about, signed


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""  # no key and no seal has this length: whoever uses it refuses it
