"""Sealed bytes open with the same key and context only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.trust.aead import OVERHEAD_BYTES, SealRefused, open_sealed, seal

KEY = bytes(range(32))


@given(plaintext=st.binary(max_size=300), context=st.binary(max_size=60))
def test_sealed_bytes_open_again_and_are_28_bytes_longer(plaintext: bytes, context: bytes) -> None:
    sealed = seal(KEY, plaintext, context)
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES
    assert open_sealed(KEY, sealed, context) == plaintext


def test_the_published_gcm_vector_opens() -> None:
    # McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16 (AES-256, 96-bit nonce)
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    sealed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    assert open_sealed(key, nonce + sealed, context).hex().startswith("d9313225f88406e5a55909c5aff5269a")


def test_two_seals_of_the_same_bytes_differ() -> None:
    assert seal(KEY, b"same", b"") != seal(KEY, b"same", b"")


def test_every_changed_byte_and_every_cut_is_noticed() -> None:
    sealed = seal(KEY, b"twenty bytes or more", b"context")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 0x80
        with pytest.raises(SealRefused):
            open_sealed(KEY, bytes(changed), b"context")
        with pytest.raises(SealRefused):
            open_sealed(KEY, sealed[:place], b"context")


def test_another_context_or_key_is_refused_and_a_short_key_is_a_mistake() -> None:
    sealed = seal(KEY, b"x", b"item 1")
    with pytest.raises(SealRefused):
        open_sealed(KEY, sealed, b"item 2")
    with pytest.raises(SealRefused):
        open_sealed(bytes(32), sealed, b"item 1")
    with pytest.raises(ValueError, match="32 bytes"):
        seal(bytes(16), b"x", b"")
