"""The key to the display: an MIT cookie in a file that only the session's user can read (xauth(1), Xsecurity(7))."""

import os
import secrets
import struct
from pathlib import Path
from typing import Final

FAMILY_WILD: Final = 0xFFFF
"""For whichever display the server takes (Xauth.h)."""
_NAME: Final = b"MIT-MAGIC-COOKIE-1"


def write_cookie(file: Path) -> None:
    """Write a fresh cookie of 128 bits for any display, mode 0600, in place of an older one.

    The format is libXau's: a family and four counted strings (address, display, name, value), big-endian.

    Raises:
        OSError: the file cannot be made.
    """
    file.unlink(missing_ok=True)
    told = struct.pack(">H", FAMILY_WILD)
    for part in (b"", b"", _NAME, secrets.token_bytes(16)):
        told += struct.pack(">H", len(part)) + part
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(told)
