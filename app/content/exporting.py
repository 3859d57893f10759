"""A bank's folder as one zip, the same bytes for the same bank."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.content.folder import package_files

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the first a zip can say
_MODE: Final = 0o100644 << 16  # a plain file, rw-r--r--
_UNIX: Final = 3
_LEVEL: Final = 6


@dataclass(frozen=True)
class Packed:
    """A content package: its bytes, their SHA-256 in hexadecimal, and how many items are in it."""

    data: bytes
    sha256: str
    items: int


def package(folder: Path) -> Packed:
    """Pack a bank.

    Raises:
        BankUnreadable, BankRefused: there is no good bank in the folder.
    """
    file = io.BytesIO()
    items = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, data in package_files(folder):
            member = zipfile.ZipInfo(name, _DATE)
            member.external_attr, member.create_system = _MODE, _UNIX
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
            items += name.startswith("items/")
    raw = file.getvalue()
    return Packed(raw, hashlib.sha256(raw).hexdigest(), items)
