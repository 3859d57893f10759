"""The client of an S3 store: bounded in time and tries, with credentials from a file or AWS's own chain."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
import botocore.session
from botocore.config import Config

from proctoring.vault.store.s3_answers import bound_answers
from proctoring.vault.store.s3_faults import StorageSignInRefused, storage_faults

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REGION: Final = "us-east-1"  # what stores that know no regions expect to be signed for


@dataclass(frozen=True)
class S3Access:
    """How to reach a store: `address` has what the parts mean. `tries` and seconds bound every single request.

    `silence_s`: without a byte; `patience_s`: what a whole answer may take beyond what its bytes take on a slow line.
    """

    endpoint: str | None = None
    region: str | None = None
    credentials: Path | None = None
    profile: str | None = None
    tries: int = 4
    connect_s: float = 5
    silence_s: float = 30
    patience_s: float = 30


def s3_client(access: S3Access) -> "S3Client":
    """Make the client; nothing is asked of the store yet.

    Raises:
        StorageSignInRefused: the credentials' file or profile is not there.
    """
    session = botocore.session.Session()
    if access.credentials is not None:
        if not access.credentials.is_file():
            raise StorageSignInRefused("the credentials' file is not there")
        session.set_config_variable("credentials_file", str(access.credentials))
        session.set_config_variable("profile", access.profile or "default")  # named: the environment does not count
    elif access.profile is not None:
        session.set_config_variable("profile", access.profile)
    config = Config(
        signature_version="s3v4",
        connect_timeout=access.connect_s,
        read_timeout=access.silence_s,
        retries={"total_max_attempts": access.tries, "mode": "standard"},
        s3={"addressing_style": "path" if access.endpoint else "auto"},
        request_checksum_calculation="when_required",  # we compute and send SHA-256 ourselves
        response_checksum_validation="when_supported",
    )
    with storage_faults():
        client: S3Client = boto3.Session(botocore_session=session).client(
            "s3", endpoint_url=access.endpoint, region_name=access.region or _REGION, config=config
        )
    bound_answers(client, access.patience_s)
    return client
