import io
import struct
import time
import zlib
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QImageReader

from app.content.media.medium import MediumRefused
from app.content.media.pictures import MAX_PICTURE_BYTES, MAX_SIDE, PictureKind, admit_picture, recognise_picture
from app.content.media.png import chunk
from app.content.qti.reading import read_package
from app.exam.item import Medium
from tests.app.content.banks import BODY, item, one_item, png, write_folder

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ENCODERS = {"gif": ("gif", "rgb8"), "webp": ("libwebp", "yuv420p"), "bmp": ("bmp", "bgr24")}


def drawn(path: Path, width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    for x in range(width // 2):
        image.setPixelColor(x, 0, QColor("white"))
    assert image.save(str(path), quality=95)
    return path.read_bytes()


def converted(kind: str, frames: int = 1, size: tuple[int, int] = (37, 21)) -> bytes:
    """Write a picture as another program would: by FFmpeg's own muxer."""
    out = io.BytesIO()
    codec, form = ENCODERS[kind]
    muxer = {"bmp": "image2pipe"}.get(kind, kind)
    with av.open(out, mode="w", format=muxer) as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, form
        for at in range(frames):
            frame = av.VideoFrame(*size, "rgb24")
            line = frame.planes[0].line_size
            frame.planes[0].update(bytes((60 * at + n) % 256 for n in range(line * size[1])))
            frame.pts, frame.time_base = at, Fraction(1, 10)
            for packet in stream.encode(frame.reformat(format=form)):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return out.getvalue()


def header(width: int, height: int, depth: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def refusal(data: bytes) -> MediumRefused:
    with pytest.raises(MediumRefused) as refused:
        admit_picture(data)
    return refused.value


@pytest.mark.parametrize(("suffix", "mime"), [("png", "image/png"), ("jpg", "image/jpeg")])
def test_a_picture_that_qt_wrote_is_recognised_with_its_size(tmp_path: Path, suffix: str, mime: str) -> None:
    data = drawn(tmp_path / f"a.{suffix}", 37, 21)
    assert recognise_picture(data) == PictureKind(mime, 37, 21)
    assert recognise_picture(data[:20]) is None


def test_a_jpeg_comes_through_a_bank_under_its_own_kind(tmp_path: Path) -> None:
    data = admit_picture(drawn(tmp_path / "a.jpg", 8, 8)).data
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


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_what_qt_wrote_is_admitted_with_the_same_pixels(tmp_path: Path, suffix: str) -> None:
    data = drawn(tmp_path / f"a.{suffix}", 37, 21)
    admitted = admit_picture(data)
    assert (admitted.width, admitted.height) == (37, 21)
    assert QImage.fromData(admitted.data) == QImage.fromData(data)
    assert admit_picture(admitted.data) == admitted


@pytest.mark.parametrize("kind", list(ENCODERS))
def test_other_still_pictures_become_png_with_the_same_pixels(kind: str) -> None:
    data = converted(kind)
    admitted = admit_picture(data)
    assert (admitted.mime, admitted.width, admitted.height) == ("image/png", 37, 21)
    seen, image = QImage.fromData(data), QImage.fromData(admitted.data)
    assert image.size() == seen.size() if not seen.isNull() else image.width() == 37
    if kind != "webp":  # its colours are computed, with a rounding of each decoder's own
        assert image.convertToFormat(QImage.Format.Format_RGB32) == seen.convertToFormat(QImage.Format.Format_RGB32)
    assert admit_picture(data) == admitted


def test_nothing_unseen_travels_with_a_picture(tmp_path: Path) -> None:
    plain = admit_picture(png(3, 2)).data
    end = plain.index(b"\x00\x00\x00\x00IEND")
    notes = chunk(b"tEXt", b"Comment\0the key is B") + chunk(b"eXIf", b"II*\0") + chunk(b"iCCP", b"x\0\0y")
    assert admit_picture(plain[:end] + notes + plain[end:] + b"PK\x03\x04 the key is B").data == plain
    jpeg = admit_picture(drawn(tmp_path / "a.jpg", 8, 8)).data
    said = b"\xff\xfe\x00\x10the key is B.." + b"\xff\xe2\x00\x04ab" + exif(1)
    assert admit_picture(jpeg[:2] + said + jpeg[2:] + b"the key is B").data == jpeg


def exif(orientation: int, order: str = ">") -> bytes:
    tiff = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(
        f"{order}IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0
    )
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_that_exif_turns_is_refused(tmp_path: Path, order: str) -> None:
    jpeg = drawn(tmp_path / "a.jpg", 8, 8)
    turned = jpeg[:2] + exif(6, order) + jpeg[2:]
    (tmp_path / "turned.jpg").write_bytes(turned)
    assert (
        QImageReader(str(tmp_path / "turned.jpg")).transformation()
        != QImageReader(str(tmp_path / "a.jpg")).transformation()
    )
    assert refusal(turned).name == "EXIF orientation"


@pytest.mark.parametrize("data", [converted("gif", frames=3), converted("webp", frames=3)])
def test_what_moves_is_refused_by_name(data: bytes) -> None:
    assert refusal(data).name == "animated"


def test_an_animated_png_is_refused_by_name() -> None:
    at = len(SIGNATURE) + 25
    assert refusal(png()[:at] + chunk(b"acTL", b"\0\0\0\2\0\0\0\0") + png()[at:]).name == "animated"


def test_every_cut_of_a_small_picture_is_refused(tmp_path: Path) -> None:
    for data in (png(5, 4), drawn(tmp_path / "a.jpg", 9, 7), converted("gif"), converted("webp"), converted("bmp")):
        admit_picture(data)
        for length in range(0, len(data) - 1, max(1, len(data) // 60)):
            with pytest.raises(MediumRefused):
                admit_picture(data[:length])


def test_one_bit_that_fell_over_in_a_png_is_seen() -> None:
    data = png(20, 10)
    for at in range(len(SIGNATURE), len(data)):
        with pytest.raises(MediumRefused):
            admit_picture(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])


@pytest.mark.parametrize(
    "made",
    [
        SIGNATURE + header(MAX_SIDE + 1, 1) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        SIGNATURE + header(4_096, 4_096) + chunk(b"IDAT", zlib.compress(bytes(4_097 * 4_096))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2) + chunk(b"IDAT", zlib.compress(bytes(50_000_000))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2) + chunk(b"IDAT", zlib.compress(bytes(5))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2) + chunk(b"IDAT", zlib.compress(b"\x05ab\0ab")) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2, colour=3) + chunk(b"IDAT", zlib.compress(bytes(6))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2, depth=3) + chunk(b"IDAT", zlib.compress(bytes(6))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2) + chunk(b"ABCD", b"") + chunk(b"IDAT", zlib.compress(bytes(6))) + chunk(b"IEND", b""),
        SIGNATURE + header(2, 2) + chunk(b"IEND", b""),
        b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0) + b";",
        b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff",
        b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 2**31 - 1, -(2**31), 1, 24, 0) + bytes(20),
        bytes(MAX_PICTURE_BYTES + 1),
    ],
)
def test_bombs_and_lies_are_refused_at_once(made: bytes) -> None:
    begun = time.monotonic()
    refusal(made)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(("start", "name"), [(b"II*\x00", "TIFF"), (b"%PDF-1.7", "PDF"), (b"8BPS", "PSD")])
def test_other_kinds_are_refused_by_their_names(start: bytes, name: str) -> None:
    assert refusal(start + bytes(100)).name == name


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 8), (9, 1), (17, 33)])
def test_an_interlaced_png_has_its_seven_passes_counted(size: tuple[int, int]) -> None:
    width, height = size
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    lines = b"".join(
        (b"\0" + b"\x80" * len(range(left, width, across))) * len(range(top, height, down))
        for left, top, across, down in passes
        if range(left, width, across)
    )
    data = SIGNATURE + header(*size, interlace=1) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    assert QImage.fromData(admit_picture(data).data).pixelColor(width - 1, height - 1) == QColor(128, 128, 128)
    refusal(data.replace(chunk(b"IDAT", zlib.compress(lines)), chunk(b"IDAT", zlib.compress(lines[:-1]))))


SEEDS = [png(9, 9), *(converted(kind) for kind in ENCODERS)]


@settings(max_examples=150)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), max_size=6))
def test_damaged_pictures_are_admitted_or_refused_and_nothing_else(seed: bytes, damage: list[tuple[int, int]]) -> None:
    data = bytearray(seed)
    for at, value in damage:
        data[at % len(data)] = value
    try:
        admitted = admit_picture(bytes(data))
    except MediumRefused:
        return
    assert not QImage.fromData(admitted.data).isNull()
