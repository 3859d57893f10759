"""Checkpoints are C2SP signed notes: a real one from elsewhere opens, ours have the format, changes are noticed."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from sync.trust.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    make_checkpoint,
    open_note,
    read_checkpoint,
    sign_note,
)
from sync.trust.keys import PublicKey, SigningKey

ORIGIN = "registry.example/log"
KEY = SigningKey.generate_ed25519()
ROOT = bytes(range(32))
CHECKPOINT = make_checkpoint(ORIGIN, 20852163, ROOT, KEY)

# A tree head the Go checksum database published, and the key Go ships for it.
GO_KEY = "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = """go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
"""


def test_a_note_that_somebody_else_signed_opens() -> None:
    key = PublicKey.of(Ed25519PublicKey.from_public_bytes(base64.b64decode(GO_KEY)[1:]))
    assert open_note(GO_NOTE, "sum.golang.org", key).startswith("go.sum database tree\n6476701\n")
    with pytest.raises(CheckpointRefused):
        open_note(GO_NOTE.replace("6476701", "6476702"), "sum.golang.org", key)


def test_a_checkpoint_has_the_published_format() -> None:
    text, _, signature_line = CHECKPOINT.partition("\n\n")
    assert text.split("\n") == [ORIGIN, "20852163", base64.b64encode(ROOT).decode()]
    dash, name, blob = signature_line.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", ORIGIN)
    public = KEY.public.verifying_key()
    assert isinstance(public, Ed25519PublicKey)
    raw = base64.b64decode(blob)
    assert raw[:4] == hashlib.sha256(f"{ORIGIN}\n\x01".encode() + public.public_bytes_raw()).digest()[:4]
    public.verify(raw[4:], f"{text}\n".encode())


def test_a_checkpoint_reads_back() -> None:
    assert read_checkpoint(CHECKPOINT, ORIGIN, KEY.public) == Checkpoint(20852163, ROOT)
    assert read_checkpoint(make_checkpoint(ORIGIN, 0, ROOT, KEY), ORIGIN, KEY.public).size == 0


def test_every_changed_character_and_every_cut_is_refused() -> None:
    for place, letter in enumerate(CHECKPOINT):
        neighbours = {chr(ord(letter) ^ 1), chr(ord(letter) ^ 0x20), chr(ord(letter) + 1)}
        for other in (neighbours | {" ", "\n", "="}) - {letter}:
            with pytest.raises(CheckpointRefused):
                read_checkpoint(CHECKPOINT[:place] + other + CHECKPOINT[place + 1 :], ORIGIN, KEY.public)
        with pytest.raises(CheckpointRefused):
            read_checkpoint(CHECKPOINT[:place], ORIGIN, KEY.public)


def test_another_log_or_key_is_refused() -> None:
    with pytest.raises(CheckpointRefused):
        read_checkpoint(CHECKPOINT, "other.example/log", KEY.public)
    with pytest.raises(CheckpointRefused):
        read_checkpoint(CHECKPOINT, ORIGIN, SigningKey.generate_ed25519().public)
    with pytest.raises(CheckpointRefused, match="Ed25519"):
        read_checkpoint(CHECKPOINT, ORIGIN, SigningKey.generate_p256().public)
    foreign = sign_note(f"other.example/log\n1\n{base64.b64encode(ROOT).decode()}\n", ORIGIN, KEY)
    with pytest.raises(CheckpointRefused, match="another log"):
        read_checkpoint(foreign, ORIGIN, KEY.public)


def test_a_witness_beside_the_log_is_passed_over_and_our_own_line_stands_once() -> None:
    text = CHECKPOINT.partition("\n\n")[0] + "\n"
    witness = sign_note(text, "witness.example", SigningKey.generate_ed25519()).rpartition("\n\n")[2]
    assert read_checkpoint(CHECKPOINT + witness, ORIGIN, KEY.public).size == 20852163
    own = CHECKPOINT.rpartition("\n\n")[2]
    with pytest.raises(CheckpointRefused, match="2 signatures"):
        read_checkpoint(CHECKPOINT + own, ORIGIN, KEY.public)
    with pytest.raises(CheckpointRefused, match="0 signatures"):
        read_checkpoint(f"{text}\n{witness}", ORIGIN, KEY.public)
    with pytest.raises(CheckpointRefused):
        read_checkpoint(CHECKPOINT + witness * 16, ORIGIN, KEY.public)


@pytest.mark.parametrize(
    "body",
    [
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n１\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n{'9' * 30}\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n1\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n1\n\u00e9{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n\n1\n{base64.b64encode(ROOT).decode()}\n",
    ],
    ids=["short", "leading zero", "negative", "full width", "huge", "short root", "not ascii", "empty line"],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(CheckpointRefused):
        read_checkpoint(sign_note(body, ORIGIN, KEY), ORIGIN, KEY.public)


@given(st.text(max_size=300))
def test_hostile_text_is_refused_without_any_other_error(text: str) -> None:
    with pytest.raises(CheckpointRefused):
        read_checkpoint(text, ORIGIN, KEY.public)
    with pytest.raises(CheckpointRefused):
        read_checkpoint(f"{text}\n\n— {ORIGIN} {text}\n", ORIGIN, KEY.public)


def test_mistakes_when_signing_are_mistakes() -> None:
    with pytest.raises(TypeError):
        make_checkpoint(ORIGIN, 1, ROOT, SigningKey.generate_p256())
    with pytest.raises(ValueError, match="a note"):
        make_checkpoint("two words", 1, ROOT, KEY)
    with pytest.raises(ValueError, match="tree head"):
        make_checkpoint(ORIGIN, -1, ROOT, KEY)
