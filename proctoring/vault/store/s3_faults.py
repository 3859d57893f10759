"""What can go wrong with a bucket, as faults a person can act on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ResponseStreamingError,
)
from botocore.exceptions import (
    ConnectionError as NoConnection,
)

from proctoring.vault.store.shelf import ShelfDamaged
from sync.faults import EnvironmentFault, Refused

_SERVER: Final = 500


class StorageUnreachable(EnvironmentFault):
    """The store does not answer, or not in time, or not whole; nothing is lost, it is tried again."""

    code = "STORAGE_UNREACHABLE"


class StorageSignInRefused(EnvironmentFault):
    """There are no credentials for the store, or it does not take them."""

    code = "STORAGE_SIGN_IN_REFUSED"


class StorageForbidden(EnvironmentFault):
    """The store knows these credentials, and does not allow this with them; or a lock keeps what should change."""

    code = "STORAGE_FORBIDDEN"


class StorageClockWrong(EnvironmentFault):
    """The clocks of this machine and of the store differ by more than the store allows (15 minutes)."""

    code = "STORAGE_CLOCK_WRONG"


class StorageNotLocking(Refused):
    """A bucket that cannot keep what it is given (no versions, or no Object Lock) is no place for recordings.

    Fact: `bucket`.
    """

    code = "STORAGE_NOT_LOCKING"


class StorageFull(EnvironmentFault):
    """The store has no room, or the account's share of it is used up."""

    code = "STORAGE_FULL"


class StorageRefused(EnvironmentFault):
    """The store refuses for another reason; the detail is its own code."""

    code = "STORAGE_REFUSED"


class NotThere(Exception):  # noqa: N818 - an answer, not an error
    """Nothing lies under this key (or this version)."""


class ThereAlready(Exception):  # noqa: N818 - an answer, not an error
    """Something lies under this key; nothing was put over it."""


_KINDS: Final[Mapping[str, type[Exception]]] = {
    **dict.fromkeys(("NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404", "NotFound"), NotThere),
    **dict.fromkeys(("PreconditionFailed", "ConditionalRequestConflict", "412", "409"), ThereAlready),
    **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"), StorageSignInRefused),
    **dict.fromkeys(("InvalidToken", "AuthorizationHeaderMalformed"), StorageSignInRefused),
    **dict.fromkeys(("AccessDenied", "403"), StorageForbidden),
    **dict.fromkeys(("BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch"), ShelfDamaged),
    **dict.fromkeys(("QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity", "507"), StorageFull),
    **dict.fromkeys(("SlowDown", "RequestTimeout", "Throttling"), StorageUnreachable),
    "RequestTimeTooSkewed": StorageClockWrong,
}


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turn what botocore raises within the block into our faults.

    Raises:
        NotThere, ThereAlready: the two answers that whoever asked deals with.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(error) from None
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ProfileNotFound) as error:
        raise StorageSignInRefused(type(error).__name__) from None
    except FlexibleChecksumError:
        raise ShelfDamaged("a checksum that does not fit", name="") from None
    except (NoConnection, HTTPClientError, IncompleteReadError, ResponseStreamingError) as error:
        raise StorageUnreachable(type(error).__name__) from None  # its text holds addresses
    except BotoCoreError as error:
        raise StorageRefused(type(error).__name__) from None


def _of_answer(error: ClientError) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))[:60]
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = _KINDS.get(code)
    if kind is not None:
        return kind(code)
    return StorageUnreachable(code or str(status)) if status >= _SERVER else StorageRefused(code or str(status))
