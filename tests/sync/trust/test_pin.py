"""A proctor's key opens with their PIN; hostile parameters are refused before any work."""

import base64
import tracemalloc

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.trust.aead import open_sealed
from sync.trust.keys import SigningKey
from sync.trust.pin import (
    MEMORY_KIB,
    PASSES,
    CredentialRefused,
    PinWrong,
    make_credential,
    open_credential,
    open_with_pin,
    seal_with_pin,
)
from sync.wire.document import canonical_json
from sync.wire.ids import new_id
from sync.wire.plan import ProctorCredential

SALT = bytes(range(16))
KEY = SigningKey.generate_p256()
PROCTOR = new_id()
CREDENTIAL = make_credential(PROCTOR, "监考员甲", KEY, "482913", memory_kib=64, passes=1)


def changed(**fields: str | int) -> ProctorCredential:
    return CREDENTIAL.model_copy(update=fields)


def test_the_defaults_are_64_mebibytes_and_3_passes() -> None:
    assert (MEMORY_KIB, PASSES) == (65_536, 3)
    sealed = seal_with_pin(b"secret", "482913", salt=SALT)
    assert open_with_pin(sealed, "482913", salt=SALT) == b"secret"


@settings(max_examples=20)
@given(pin=st.text(min_size=1, max_size=40), other=st.text(min_size=1, max_size=40))
def test_a_secret_opens_with_its_pin_only(pin: str, other: str) -> None:
    sealed = seal_with_pin(b"secret", pin, salt=SALT, memory_kib=8, passes=1)
    assert open_with_pin(sealed, pin, salt=SALT, memory_kib=8, passes=1) == b"secret"
    if other != pin:
        with pytest.raises(PinWrong):
            open_with_pin(sealed, other + "0", salt=SALT, memory_kib=8, passes=1)


def test_the_key_is_argon2id_of_the_pin_and_argon2id_is_the_published_one() -> None:
    # A vector of the reference implementation's test suite: version 1.3, t=2, m=65536, p=1.
    published = Argon2id(salt=b"somesalt", length=32, iterations=2, lanes=1, memory_cost=65_536)
    expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    assert published.derive(b"password").hex() == expected
    sealed = seal_with_pin(b"secret", "482913", salt=SALT, memory_kib=64, passes=2, lanes=2, context=b"for")
    ours = Argon2id(salt=SALT, length=32, iterations=2, lanes=2, memory_cost=64).derive(b"482913")
    assert open_sealed(ours, sealed, b"for") == b"secret"


def test_full_width_digits_are_the_same_pin() -> None:
    assert open_credential(CREDENTIAL, "４８２９１３").public == KEY.public


def test_a_credential_gives_the_key_to_its_pin_and_to_no_other() -> None:
    opened = open_credential(CREDENTIAL, "482913")
    assert opened.to_pkcs8() == KEY.to_pkcs8()
    for wrong in ("482914", "", "4829133", "x" * 10_000, "\ud800"):
        with pytest.raises(PinWrong):
            open_credential(CREDENTIAL, wrong)


def test_a_short_pin_is_not_given_to_anybody() -> None:
    with pytest.raises(ValueError, match="at least 6"):
        make_credential(PROCTOR, "A", KEY, "12345")


def test_a_credential_belongs_to_its_person_and_key() -> None:
    with pytest.raises(PinWrong):
        open_credential(changed(proctor=new_id()), "482913")
    with pytest.raises(PinWrong):
        open_credential(changed(name="监考员乙"), "482913")
    with pytest.raises(PinWrong):
        open_credential(changed(public_key_pem=SigningKey.generate_p256().public.pem), "482913")


@pytest.mark.parametrize("inside", [SigningKey.generate_p256().to_pkcs8(), b"no key"], ids=["another", "none"])
def test_a_credential_made_with_another_key_inside_is_refused(inside: bytes) -> None:
    salt = base64.b64decode(CREDENTIAL.salt)
    context = canonical_json(["examroom-credential-v1", PROCTOR, "监考员甲", KEY.public.keyid])
    sealed = seal_with_pin(inside, "482913", salt=salt, memory_kib=64, passes=1, context=context)
    with pytest.raises(CredentialRefused):
        open_credential(changed(sealed_key=base64.b64encode(sealed).decode()), "482913")


def test_every_changed_byte_of_the_sealed_key_is_noticed() -> None:
    sealed = base64.b64decode(CREDENTIAL.sealed_key)
    for place in range(len(sealed)):
        other = bytearray(sealed)
        other[place] ^= 1
        with pytest.raises(PinWrong):
            open_credential(changed(sealed_key=base64.b64encode(other).decode()), "482913")


@pytest.mark.parametrize(
    "fields",
    [
        {"memory_kib": 2**31},
        {"memory_kib": 262_145},
        {"memory_kib": 7},
        {"passes": 11},
        {"passes": 0},
        {"lanes": 9},
        {"lanes": 0},
        {"lanes": 8, "memory_kib": 63},
        {"salt": base64.b64encode(bytes(15)).decode()},
        {"salt": base64.b64encode(bytes(65)).decode()},
        {"salt": "A"},
        {"sealed_key": "A"},
        {"public_key_pem": "no key"},
    ],
    ids=str,
)
def test_parameters_out_of_bounds_are_refused_without_taking_memory(fields: dict[str, str | int]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(CredentialRefused):
            open_credential(changed(**fields), "482913")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_an_empty_or_short_seal_is_a_wrong_pin_not_a_crash() -> None:
    with pytest.raises(PinWrong):
        open_credential(changed(sealed_key=""), "482913")
