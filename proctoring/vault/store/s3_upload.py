"""Putting objects into a bucket: whole, or in parts; the store checks every SHA-256, and nothing is put over anything.

Nothing about an upload in parts is kept here: the store is asked which parts it has, so that after a kill, or on
another machine, the next try goes on with the first that is missing.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from proctoring.vault.store.shelf import Pace
from proctoring.vault.store.source import Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, PartTypeDef

PART_BYTES: Final = 8 << 20
"""S3 wants at least 5 MiB a part (and at most 10,000 of them: 80 GiB, far more than a segment of 60 s)."""

COMPLIANCE: Final = "COMPLIANCE"
"""The mode of Object Lock in which nobody at all can end a retention early."""


@dataclass(frozen=True)
class Place:
    """Where an object goes; `until`: how long the store keeps it from its first moment on."""

    client: "S3Client"
    bucket: str
    key: str
    until: datetime | None


def upload_whole(place: Place, data: Source, pace: Pace | None) -> str:
    """Put an object in one piece, if nothing is there; give its version."""
    if pace:
        pace(data.size)
    body = data.at().read()
    answer = place.client.put_object(
        Bucket=place.bucket,
        Key=place.key,
        Body=body,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=_sha256(body),
        IfNoneMatch="*",
        **_kept(place),
    )
    return answer["VersionId"]


def upload_parts(place: Place, data: Source, part_bytes: int, pace: Pace | None) -> str:
    """Put an object in parts of `part_bytes`, if nothing is there; go on with one that was begun; give the version."""
    upload = _begun(place) or _begin(place)
    there = _parts_there(place, upload)
    parts: list[CompletedPartTypeDef] = []
    for number, start in enumerate(range(0, data.size, part_bytes), start=1):
        body = data.at(start).read(part_bytes)
        known = there.get(number)
        if known is not None and _is_same(known, body):
            etag = known.get("ETag", "")
        else:
            if pace:
                pace(len(body))
            etag = _upload_part(place, upload, number, body)
        parts.append({"ETag": etag, "PartNumber": number, "ChecksumSHA256": _sha256(body)})
    answer = place.client.complete_multipart_upload(
        Bucket=place.bucket, Key=place.key, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
    )
    return answer["VersionId"]


def abandon_uploads(client: "S3Client", bucket: str, prefix: str) -> None:
    """Let go of every upload in parts below a prefix."""
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for upload in page.get("Uploads", []):
            key, begun = upload.get("Key", ""), upload.get("UploadId", "")
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=begun)


def _upload_part(place: Place, upload: str, number: int, body: bytes) -> str:
    answer = place.client.upload_part(
        Bucket=place.bucket,
        Key=place.key,
        UploadId=upload,
        PartNumber=number,
        Body=body,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=_sha256(body),
    )
    return answer["ETag"]


def _begin(place: Place) -> str:
    answer = place.client.create_multipart_upload(
        Bucket=place.bucket,
        Key=place.key,
        ChecksumAlgorithm="SHA256",
        **_kept(place),
    )
    return answer["UploadId"]


def _begun(place: Place) -> str | None:
    """Give the upload that was begun under this very key, if there is one."""
    pages = place.client.get_paginator("list_multipart_uploads").paginate(Bucket=place.bucket, Prefix=place.key)
    uploads = (upload for page in pages for upload in page.get("Uploads", []))
    return next((upload.get("UploadId") for upload in uploads if upload.get("Key") == place.key), None)


def _parts_there(place: Place, upload: str) -> dict[int, "PartTypeDef"]:
    pages = place.client.get_paginator("list_parts").paginate(Bucket=place.bucket, Key=place.key, UploadId=upload)
    return {part["PartNumber"]: part for page in pages for part in page.get("Parts", []) if "PartNumber" in part}


def _kept(place: Place) -> dict[str, Any]:
    if place.until is None:
        return {}
    return {"ObjectLockMode": COMPLIANCE, "ObjectLockRetainUntilDate": place.until}


def _is_same(known: "PartTypeDef", body: bytes) -> bool:
    """Tell whether the store has exactly these bytes: by its SHA-256, or where it lists none, by length and MD5."""
    checksum = known.get("ChecksumSHA256")
    if checksum:
        return checksum == _sha256(body)
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return known.get("Size") == len(body) and known.get("ETag", "").strip('"') == md5


def _sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
