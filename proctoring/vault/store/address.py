"""Where a shelf is, as people and files name it: `folder:/path`, or `s3://BUCKET/PREFIX?endpoint=…`.

Of an S3 address `endpoint` (https, or http on this machine; without one it is AWS), `region`, and `credentials`: the
path of an AWS credentials file, of which the profile `profile` (or `default`) is used. Without a file the standard
chain of AWS finds the credentials. They never stand in the address.
"""

import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import Shelf, ShelfAddressRefused, is_name

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")
_OPTIONS: Final = frozenset({"endpoint", "region", "credentials", "profile"})
_MAX_CHARACTERS: Final = 2_000


def open_shelf(address: str) -> Shelf:
    """Open the shelf at `address`.

    Raises:
        ShelfAddressRefused: not an address of a shelf.
        FolderMissing, NoFolder: there is no such folder (a share that is not mounted, perhaps).
        StorageNotLocking: the bucket cannot keep what it is given.
        StorageUnreachable, StorageSignInRefused, StorageClockWrong, …: the store cannot be asked.
    """
    if len(address) > _MAX_CHARACTERS or not address.isprintable():
        raise ShelfAddressRefused("too long, or unseen characters", address="…")
    kind, _, rest = address.partition(":")
    if kind == "folder" and Path(rest).is_absolute():
        return FolderShelf(Path(rest))
    if kind == "s3":
        return _open_bucket(address)
    raise ShelfAddressRefused("neither folder:/… nor s3://…", address=_shown(address))


def _open_bucket(address: str) -> Shelf:
    from proctoring.vault.store.s3 import S3Shelf  # noqa: PLC0415 - who uses a folder loads no boto3
    from proctoring.vault.store.s3_client import S3Access, s3_client  # noqa: PLC0415

    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=False))
    prefix = parts.path.strip("/")
    good = _BUCKET.fullmatch(parts.netloc) and not parts.fragment and set(options) <= _OPTIONS
    if not good or (prefix and not is_name(prefix)):
        raise ShelfAddressRefused("not s3://BUCKET/PREFIX?…", address=_shown(address))
    endpoint = options.get("endpoint")
    if endpoint is not None and not _is_safe(urlsplit(endpoint)):
        raise ShelfAddressRefused("the endpoint is no https address", address=_shown(address))
    credentials = options.get("credentials")
    access = S3Access(
        endpoint, options.get("region"), Path(credentials) if credentials else None, options.get("profile")
    )
    return S3Shelf(s3_client(access), parts.netloc, prefix)


def _is_safe(endpoint: SplitResult) -> bool:
    if not endpoint.hostname or endpoint.username is not None or endpoint.query or endpoint.fragment:
        return False
    return endpoint.scheme == "https" or (endpoint.scheme == "http" and _is_loopback(endpoint.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(address: str) -> str:
    """Give what of an address may be shown: somebody may have written a password into it."""
    return re.sub(r"//[^/]*@", "//…@", address.split("?", maxsplit=1)[0])[:200]
