"""What every document on the wire has in common: strict fields, bounded size, one canonical form."""

import json
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from sync.faults import Refused

_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class DocumentRefused(Refused):
    """The bytes are not a document of the kind that was expected."""

    code = "DOCUMENT_REFUSED"


class Part(BaseModel):
    """A strict, frozen piece of a document: no coercion, no unknown field."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Write JSON in our one form: keys sorted, no spaces, UTF-8, no NaN."""
    return _CANONICAL.encode(value).encode()


class Document(Part):
    """A document that is signed and sent on its own.

    `PAYLOAD_TYPE` is its DSSE payload type; `MAX_BYTES` bounds what is parsed at all.
    """

    PAYLOAD_TYPE: ClassVar[str]
    MAX_BYTES: ClassVar[int] = 1_000_000

    def to_bytes(self) -> bytes:
        """Give the canonical bytes, the ones that are signed, stored and sent."""
        return canonical_json(self.model_dump(mode="json"))

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a document from bytes that were already verified.

        Raises:
            DocumentRefused: too large, not JSON, a wrong type, an unknown or missing field, or bytes that are not
                in the canonical form (so that equal documents have equal digests).
        """
        if len(raw) > cls.MAX_BYTES:
            raise DocumentRefused(f"{cls.__name__}: {len(raw)} bytes, at most {cls.MAX_BYTES}")
        try:
            document = cls.model_validate_json(raw)
        except (ValidationError, RecursionError) as error:
            raise DocumentRefused(f"{cls.__name__}: {_first_complaint(error)}") from None
        if document.to_bytes() != raw:
            raise DocumentRefused(f"{cls.__name__}: not in canonical form")
        return document


def _first_complaint(error: Exception) -> str:
    """Say where and why without repeating the value, which may be personal."""
    if not isinstance(error, ValidationError):
        return "nested too deeply"
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'document'}: {first['msg']}"


def payload_type(name: str) -> str:
    """Give the DSSE payload type of the document called `name`, version 1."""
    return f"application/vnd.examroom.{name}+json;v=1"
