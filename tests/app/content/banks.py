"""Small QTI 3 packages, written out as an author would write them, for tests to bend."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

Files = dict[str, bytes]

MATCH_CORRECT = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"

BODY = """
    <div xml:lang="zh-CN">
      <p>图中的标志表示什么？</p>
      <p><img src="../pictures/sign.png" alt="黄色三角形"/></p>
    </div>
    <div xml:lang="en">
      <p>What does the sign <strong>mean</strong>?</p>
      <p><img src="../pictures/sign.png" alt="A yellow triangle"/></p>
    </div>"""

PLAIN_BODY = '<div xml:lang="zh-CN"><p>对吗？</p></div><div xml:lang="en"><p>Is it so?</p></div>'


def png(width: int = 2, height: int = 1) -> bytes:
    """Make a real greyscale PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def choice(identifier: str) -> str:
    return (
        f'<qti-simple-choice identifier="{identifier}"><span xml:lang="zh-CN">选项{identifier}</span>'
        f'<span xml:lang="en">Option {identifier}</span></qti-simple-choice>'
    )


def item(
    identifier: str,
    *,
    options: tuple[str, ...] = ("A", "B", "C"),
    correct: tuple[str, ...] = ("B",),
    body: str = PLAIN_BODY,
    most: int = 1,
    shuffle: str = "true",
    template: str = MATCH_CORRECT,
) -> bytes:
    """Write an item in the layout of the README."""
    values = "".join(f"<qti-value>{value}</qti-value>" for value in correct)
    choices = "".join(choice(option) for option in options)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}" title="-"
    adaptive="false" time-dependent="false" xml:lang="zh-CN">
  <qti-response-declaration identifier="RESPONSE" cardinality="{"single" if most == 1 else "multiple"}"
      base-type="identifier">
    <qti-correct-response>{values}</qti-correct-response>
  </qti-response-declaration>
  <qti-item-body>{body}
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="{most}" shuffle="{shuffle}">
      {choices}
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing template="{template}"/>
</qti-assessment-item>
""".encode()


def resource(identifier: str, *, subject: str = "fire", difficulty: str = "easy") -> str:
    return f"""
    <resource identifier="{identifier}" type="imsqti_item_xmlv3p0" href="items/{identifier}.xml">
      <metadata><lom:lom>
        <lom:educational><lom:difficulty><lom:value>{difficulty}</lom:value></lom:difficulty></lom:educational>
        <lom:classification>
          <lom:purpose><lom:value>discipline</lom:value></lom:purpose>
          <lom:taxonPath><lom:taxon><lom:id>{subject}</lom:id></lom:taxon></lom:taxonPath>
        </lom:classification>
      </lom:lom></metadata>
      <file href="items/{identifier}.xml"/>
    </resource>"""


def manifest(*resources: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" xmlns:lom="http://ltsc.ieee.org/xsd/LOM"
    identifier="small-bank">
  <metadata><lom:lom><lom:general><lom:title>
    <lom:string language="zh-CN">小题库</lom:string><lom:string language="en">Small bank</lom:string>
  </lom:title></lom:general></lom:lom></metadata>
  <organizations/>
  <resources>{"".join(resources)}
  </resources>
</manifest>
""".encode()


def small_bank() -> Files:
    """Three items, one of each kind, and a picture."""
    return {
        "imsmanifest.xml": manifest(
            resource("single-1"),
            resource("judge-1", subject="law", difficulty="difficult"),
            resource("multi-1", difficulty="medium"),
        ),
        "items/single-1.xml": item("single-1", body=BODY),
        "items/judge-1.xml": item("judge-1", options=("true", "false"), correct=("false",), shuffle="false"),
        "items/multi-1.xml": item("multi-1", correct=("A", "C"), most=0, shuffle="false"),
        "pictures/sign.png": png(),
    }


def one_item(data: bytes) -> Files:
    """A bank of the one item `single-1`, and its picture."""
    return {
        "imsmanifest.xml": manifest(resource("single-1")),
        "items/single-1.xml": data,
        "pictures/sign.png": png(),
    }


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_zip(files: Mapping[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
