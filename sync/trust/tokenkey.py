"""A private key that lives in a token, in the shape that `cryptography` and what is built on it expect."""

from collections.abc import Callable
from typing import Any, NoReturn, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sync.trust.token import TokenFault

SignDigest = Callable[[bytes], tuple[int, int]]
"""Signs a SHA-256 digest, gives ECDSA's r and s."""


class TokenPrivateKey(ec.EllipticCurvePrivateKey):
    """A P-256 private key in a token, as `cryptography` and what is built on it use one: it signs, and that is all."""

    def __init__(self, sign_digest: SignDigest, public: ec.EllipticCurvePublicKey) -> None:
        self._sign_digest = sign_digest
        self._public = public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # noqa: ANN401 - a buffer
        """Sign in the token (ECDSA over SHA-256, DER); what it gives is verified before it is given on.

        Raises:
            TokenFault: the token does not work, or signs with another key.
        """
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise TypeError("keys of ours sign SHA-256 digests")
        digest = hashes.Hash(hashes.SHA256())
        digest.update(data)
        signature = encode_dss_signature(*self._sign_digest(digest.finalize()))
        try:
            self._public.verify(signature, data, signature_algorithm)
        except InvalidSignature:
            raise TokenFault("it gave a signature that is not good") from None
        return signature

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public half."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """256."""
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:  # noqa: ARG002
        """Refuse: this key signs only."""
        raise TypeError("a device key agrees on nothing")

    def private_numbers(self) -> NoReturn:
        """Refuse: the number never leaves the token."""
        raise TypeError("this key never leaves its token")

    def private_bytes(
        self,
        encoding: serialization.Encoding,  # noqa: ARG002 - all three belong to the interface
        format: serialization.PrivateFormat,  # noqa: A002, ARG002
        encryption_algorithm: serialization.KeySerializationEncryption,  # noqa: ARG002
    ) -> NoReturn:
        """Refuse: the key never leaves the token."""
        raise TypeError("this key never leaves its token")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> Self:
        return self
