"""Cosignatures: real ones of real witnesses verify; ours have the form; nobody counts twice."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from sync.trust.checkpoint import CheckpointRefused, make_checkpoint, read_checkpoint, split_note
from sync.trust.cosignature import cosign, cosignatures
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.enrolment import WitnessKey

ORIGIN = "registry.example/log"
LOG = SigningKey.generate_ed25519()
KEYS = [SigningKey.generate_ed25519() for _ in range(3)]
WITNESSES = [WitnessKey(name=f"witness.example/w{n}", public_key_pem=key.public.pem) for n, key in enumerate(KEYS)]
HEAD = make_checkpoint(ORIGIN, 20852163, bytes(range(32)), LOG)
AT_S = 1_679_315_147

# A head that a Certificate Transparency log published in 2026, cosigned by the public witness network, as florolf's
# tlog-scales has it in its tests; the keys are those witnesses' own published ones.
REAL = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501
REAL_KEYS = {
    "transparency.dev/DEV:witness-little-garden": "BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1": "BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de": "BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu": "BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
}
REAL_LOG = "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"


def key_of(material: str) -> PublicKey:
    """Read the material of a verifier key: one byte of algorithm, and the raw key."""
    return PublicKey.of(Ed25519PublicKey.from_public_bytes(base64.b64decode(material)[1:]))


def test_a_real_head_and_the_cosignatures_of_four_real_witnesses_verify() -> None:
    witnesses = [WitnessKey(name=name, public_key_pem=key_of(key).pem) for name, key in REAL_KEYS.items()]
    found = cosignatures(REAL, witnesses)
    assert {one.witness for one in found} == set(REAL_KEYS)
    assert {one.at_s for one in found} == {0x6A122120}
    assert all(one.line in REAL for one in found)
    head = read_checkpoint(REAL, "arche2025h1.staging.ct.transparency.dev", key_of(REAL_LOG))
    assert head.size == 1_432_088_532
    with pytest.raises(CheckpointRefused):
        cosignatures(REAL.replace("1432088532", "1432088533"), witnesses)


def test_a_cosignature_has_the_published_form() -> None:
    line = cosign(HEAD, "witness.example/w0", KEYS[0], AT_S)
    dash, name, blob = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(blob)
    assert (dash, name, len(raw)) == ("\u2014", "witness.example/w0", 4 + 8 + 64)
    assert int.from_bytes(raw[4:12]) == AT_S
    text, _ = split_note(HEAD)
    public = KEYS[0].public.verifying_key()
    assert isinstance(public, Ed25519PublicKey)
    public.verify(raw[12:], f"cosignature/v1\ntime {AT_S}\n{text}".encode())


def test_the_log_s_own_signature_stays_good_and_strangers_are_passed_over() -> None:
    stranger = cosign(HEAD, "stranger.example", SigningKey.generate_ed25519(), AT_S)
    note = HEAD + stranger + "".join(cosign(HEAD, w.name, k, AT_S) for w, k in zip(WITNESSES, KEYS, strict=True))
    assert read_checkpoint(note, ORIGIN, LOG.public).size == 20852163
    assert [one.witness for one in cosignatures(note, WITNESSES)] == [entry.name for entry in WITNESSES]
    assert [one.witness for one in cosignatures(note, WITNESSES[1:2])] == [WITNESSES[1].name]
    assert cosignatures(HEAD, WITNESSES) == ()


def test_nobody_counts_twice() -> None:
    note = HEAD + "".join(cosign(HEAD, WITNESSES[0].name, KEYS[0], at_s) for at_s in (1, 2, 3))
    assert len(cosignatures(note, WITNESSES)) == 1


def test_one_witness_s_key_under_another_s_name_does_not_count() -> None:
    note = HEAD + cosign(HEAD, WITNESSES[1].name, KEYS[0], AT_S)
    assert cosignatures(note, WITNESSES) == ()


def test_a_cosignature_of_another_head_or_time_is_refused() -> None:
    other = make_checkpoint(ORIGIN, 20852164, bytes(32), LOG)
    with pytest.raises(CheckpointRefused):
        cosignatures(HEAD + cosign(other, WITNESSES[0].name, KEYS[0], AT_S), WITNESSES)
    raw = bytearray(base64.b64decode(cosign(HEAD, WITNESSES[0].name, KEYS[0], AT_S).split(" ")[2]))
    raw[11] ^= 1
    with pytest.raises(CheckpointRefused):
        cosignatures(f"{HEAD}— {WITNESSES[0].name} {base64.b64encode(raw).decode()}\n", WITNESSES)


def test_the_log_s_signature_is_no_cosignature_even_with_one_key_for_both() -> None:
    note = make_checkpoint(ORIGIN, 1, bytes(32), KEYS[0])
    assert cosignatures(note, [WitnessKey(name=ORIGIN, public_key_pem=KEYS[0].public.pem)]) == ()


@given(text=st.text(max_size=300), short=st.binary(max_size=100))
def test_whatever_comes_is_refused_or_passed_over(text: str, short: bytes) -> None:
    blob = base64.b64encode(cosign(HEAD, WITNESSES[0].name, KEYS[0], 1).encode()[:4] + short).decode()
    for note in (text, HEAD + text, HEAD + f"— {WITNESSES[0].name} {blob}\n"):
        try:
            assert cosignatures(note, WITNESSES) == ()
        except CheckpointRefused:
            continue
