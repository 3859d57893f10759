import subprocess
from pathlib import Path

import pyrage
import pytest

from proctoring.vault.carrying.age import AgeRecipientRefused, check_recipients, encrypt, recipients_in
from proctoring.vault.carrying.webm import export_recording
from tests.proctoring.seat import Recorded


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def opened_by_age(file: Path, identity: pyrage.x25519.Identity, tmp_path: Path) -> bytes:
    """Decrypt with the `age` tool, which is not ours."""
    key = tmp_path / "identity.txt"
    key.write_text(f"{identity}\n")
    return subprocess.run(["age", "--decrypt", "-i", str(key), str(file)], capture_output=True, check=True).stdout


def test_an_encrypted_export_is_the_same_film_to_the_age_tool_and_nothing_to_anybody_else(
    recorded: Recorded, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    plain, sealed = tmp_path / "plain.webm", tmp_path / "sealed.webm.age"
    export_recording(recorded.spec.folder, plain, recorded.seat.site)
    other = pyrage.x25519.Identity.generate()
    recipients = (str(identity.to_public()), str(other.to_public()))
    report = export_recording(recorded.spec.folder, sealed, recorded.seat.site, recipients)
    assert report.bytes == sealed.stat().st_size
    for one in (identity, other):
        assert opened_by_age(sealed, one, tmp_path) == plain.read_bytes()
    assert plain.read_bytes()[:4] not in sealed.read_bytes()[:1_000]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.generate()])


def test_nothing_is_written_in_the_clear_on_the_way(
    recorded: Recorded, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    seen: list[bytes] = []

    def look(_more: int) -> None:
        seen.extend(one.read_bytes()[:4] for one in tmp_path.iterdir())

    out = tmp_path / "sealed.webm.age"
    export_recording(recorded.spec.folder, out, recorded.seat.site, (str(identity.to_public()),), look)
    assert set(seen) == {b"age-"}


@pytest.mark.parametrize("text", ["", "age1", "age1" + "q" * 58, "AGE-SECRET-KEY-1QQQ", "ssh-ed25519 AAAA", "王"])
def test_what_is_no_recipient_is_refused(text: str) -> None:
    with pytest.raises(AgeRecipientRefused):
        check_recipients([text])


def test_a_recipients_file_has_comments_and_each_key_counts_once(identity: pyrage.x25519.Identity) -> None:
    key = str(identity.to_public())
    assert recipients_in(f"# the court\n{key}\n\n  {key}\n") == (key,)
    with pytest.raises(AgeRecipientRefused):
        recipients_in("# nobody\n")


def test_what_happens_while_it_streams_comes_out_as_it_is(identity: pyrage.x25519.Identity) -> None:
    def full(_data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        encrypt([bytes(1 << 20)], (str(identity.to_public()),), full)
    with pytest.raises(KeyError):
        encrypt(({"b": b""}[one] for one in "a"), (str(identity.to_public()),), lambda _data: None)
