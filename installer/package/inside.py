"""Run by the Python of a tree (see `libraries.inside`): what is linked into the modules of its wheels, a line each.

A line is the wheel, the library's name, its version if that is told, and its licence, parted by tabs.
"""

import importlib.util
import re
import sys
from pathlib import Path

_IN_OPENCV = (
    ("libjpeg-turbo", r"JPEG: +build-libjpeg-turbo \(ver ([0-9.]+)", "BSD-3-Clause AND IJG"),
    ("libwebp", r"WEBP: +build()", "BSD-3-Clause"),
    ("LibTIFF", r"TIFF: +build \(ver [0-9]+ - ([0-9.]+)", "libtiff"),
    ("OpenJPEG", r"JPEG 2000: +build \(ver ([0-9.]+)", "BSD-2-Clause"),
    ("OpenEXR", r"OpenEXR: +build \(ver ([0-9.]+)", "BSD-3-Clause"),
    ("Protobuf", r"Protobuf: +build \(([0-9.]+)", "BSD-3-Clause"),
    ("zlib", r"ZLib: +\S+ \(ver ([0-9.]+)", "Zlib"),
    ("Intel IPP", r"Intel IPP: +([0-9.]+)", ""),
    ("FlatBuffers", r"Flatbuffers: +builtin/3rdparty \(([0-9.]+)", "Apache-2.0"),
)
"""What `cv2.getBuildInformation()` says of the libraries that it was built with, by patterns."""


def say(*words: str) -> None:
    """Write a line."""
    sys.stdout.write("\t".join(words) + "\n")


def has(name: str) -> bool:
    """Tell whether this tree has a package."""
    return importlib.util.find_spec(name) is not None


def lxml() -> None:
    """Tell what lxml was built with."""
    from lxml import etree  # noqa: PLC0415 - only where it is

    say("lxml", "libxml2", ".".join(map(str, etree.LIBXML_COMPILED_VERSION)), "MIT")
    say("lxml", "libxslt", ".".join(map(str, etree.LIBXSLT_COMPILED_VERSION)), "MIT")


def sqlcipher() -> None:
    """Tell what sqlcipher3 was built with; OpenSSL names itself in the module's file."""
    from sqlcipher3 import dbapi2  # noqa: PLC0415 - only where it is

    database = dbapi2.connect(":memory:")
    told = database.execute("pragma cipher_version").fetchone()[0]
    database.close()
    say("sqlcipher3", "SQLCipher", told.split()[0], "BSD-3-Clause")
    say("sqlcipher3", "SQLite", dbapi2.sqlite_version, "blessing")
    for module in sorted(Path(dbapi2.__file__).parent.glob("*.so")):
        found = re.search(rb"OpenSSL ([0-9]+\.[0-9]+\.[0-9]+[a-z]?) ", module.read_bytes())
        if found:
            say("sqlcipher3", "OpenSSL", found[1].decode(), "Apache-2.0")


def opencv() -> None:
    """Tell what OpenCV was built with."""
    import cv2  # noqa: PLC0415 - only where it is

    told = cv2.getBuildInformation()
    for name, pattern, licence in _IN_OPENCV:
        found = re.search(pattern, told)
        if found:
            say("opencv-python", name, found[1], licence)


for package, tell in (("cv2", opencv), ("lxml", lxml), ("sqlcipher3", sqlcipher)):
    if has(package):
        tell()
