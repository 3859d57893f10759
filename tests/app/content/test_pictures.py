from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from app.content.pictures import MAX_SIDE, PictureKind, recognise_picture
from app.content.qti import read_package
from app.exam.item import Medium
from tests.app.content.banks import BODY, item, one_item, png, write_folder


def drawn(path: Path, width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    assert image.save(str(path))
    return path.read_bytes()


@pytest.mark.parametrize(("suffix", "mime"), [("png", "image/png"), ("jpg", "image/jpeg")])
def test_a_picture_that_qt_wrote_is_recognised_with_its_size(tmp_path: Path, suffix: str, mime: str) -> None:
    data = drawn(tmp_path / f"a.{suffix}", 37, 21)
    assert recognise_picture(data) == PictureKind(mime, 37, 21)
    assert recognise_picture(data[:20]) is None


def test_a_jpeg_comes_through_a_bank_under_its_own_kind(tmp_path: Path) -> None:
    data = drawn(tmp_path / "a.jpg", 8, 8)
    files = one_item(item("single-1", body=BODY)) | {"pictures/sign.png": data}  # the name says nothing
    bank = read_package(write_folder(files, tmp_path / "bank"))
    assert bank.items[0].media == (Medium("1.jpeg", "image/jpeg"),)
    assert bank.media["single-1", "1.jpeg"] == data


def test_a_side_has_a_bound() -> None:
    assert recognise_picture(png(MAX_SIDE, 1)) is not None
    assert recognise_picture(png(MAX_SIDE + 1, 1)) is None
    assert recognise_picture(png(1, 0)) is None


@given(st.sampled_from([b"", b"\xff\xd8\xff", png()[:16], b"\xff\xd8\xff\xe0\x00\x00"]), st.binary(max_size=60))
def test_any_bytes_get_an_answer(start: bytes, rest: bytes) -> None:
    kind = recognise_picture(start + rest)
    assert kind is None or 0 < kind.width <= MAX_SIDE
