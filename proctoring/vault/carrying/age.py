"""Encrypting for people outside: the age format (age-encryption.org/v1), to X25519 recipients, as a stream."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyrage

from sync.faults import Refused

_MOST_RECIPIENTS: Final = 20


class AgeRecipientRefused(Refused):
    """Not an age public key (`age1…`). Fact: `recipient`."""

    code = "AGE_RECIPIENT_REFUSED"


def check_recipients(recipients: Iterable[str]) -> tuple[str, ...]:
    """Give the recipients each once, or refuse what is none.

    Raises:
        AgeRecipientRefused: not an `age1…` X25519 public key, or more than 20 of them.
    """
    found = tuple(dict.fromkeys(one.strip() for one in recipients))
    for one in found[:_MOST_RECIPIENTS]:
        _recipient(one)
    if len(found) > _MOST_RECIPIENTS:
        raise AgeRecipientRefused(f"more than {_MOST_RECIPIENTS}", recipient=found[_MOST_RECIPIENTS])
    return found


def recipients_in(text: str) -> tuple[str, ...]:
    """Read a recipients file as the `age` tool reads one: a key a line, `#` begins a comment line.

    Raises:
        AgeRecipientRefused: see `check_recipients`; or there is none in it.
    """
    lines = (line.strip() for line in text.splitlines())
    found = check_recipients(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise AgeRecipientRefused("no recipient in the file", recipient="")
    return found


def encrypt(chunks: Iterable[bytes], recipients: Sequence[str], write: Callable[[bytes], None]) -> None:
    """Encrypt a stream in bounded memory. What `chunks` or `write` raise comes out as it is."""
    source, sink = _Source(chunks), _Sink(write)
    try:
        pyrage.encrypt_io(source, sink, [_recipient(one) for one in recipients])
    except pyrage.EncryptError:  # it only tells the text of what happened in our own functions
        happened = source.failed or sink.failed
        if happened is None:
            raise
        raise happened from None


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise AgeRecipientRefused("not an X25519 recipient", recipient=text[:80]) from None


class _Source:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._rest = memoryview(b"")
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._chunks))
        except StopIteration:
            return b""
        except Exception as error:
            self.failed = error
            raise
        end = size if size >= 0 else len(self._rest)
        given, self._rest = self._rest[:end], self._rest[end:]
        return bytes(given)


class _Sink:
    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self.failed: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self._write(data)
        except Exception as error:
            self.failed = error
            raise
        return len(data)

    def flush(self) -> None:
        """Do nothing: whoever writes makes it durable."""
