"""Why anything is believed: keys, signatures, seals, proofs, and the pin they all hang from."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import ModuleType

if "boto3" not in sys.modules and "securesystemslib.signer" not in sys.modules:
    # It would load boto3 for a signer in Amazon's cloud that nobody here uses: a fifth of every program's start. Here
    # it finds none, as where boto3 is not installed; the archive, which keeps recordings in S3, imports it as usual.
    sys.modules["boto3"] = cast("ModuleType", None)
    try:
        import_module("securesystemslib.signer")
    finally:
        del sys.modules["boto3"]
