"""The encoding of a text file is told by its bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.bank import BankRefused
from app.content.formats.encodings import decode

CHINESE = "高处作业人员应当佩戴安全带，并系挂在牢固的构件上。\nANSWER: A\n"
WESTERN = "Où est l’extincteur ? Près de l’entrée, à côté de la fenêtre – 25 °C.\nANSWER: A\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (CHINESE, "utf-8", "UTF-8"),
        (CHINESE, "utf-8-sig", "UTF-8 with BOM"),
        (CHINESE, "utf-16", "UTF-16 LE"),
        (CHINESE, "utf-16-le", "UTF-16 LE"),
        (CHINESE, "utf-16-be", "UTF-16 BE"),
        (CHINESE, "gb18030", "GB18030"),
        (WESTERN, "windows-1252", "windows-1252"),
        (WESTERN, "utf-16-be", "UTF-16 BE"),
        ("plain ASCII\n", "ascii", "UTF-8"),
        ("Prüfung der Schutzausrüstung: Gefährdung durch Lärm\n", "windows-1252", "windows-1252"),
        ("安全\n", "gb18030", "GB18030"),
        ("電工應當穿戴絕緣手套，驗電後方可作業。\n", "gb18030", "GB18030"),
    ],
)
def test_what_was_written_is_read(text: str, codec: str, name: str) -> None:
    found = decode(text.encode(codec), "bank.txt")
    assert (found.text, found.encoding) == (text, name)


def test_every_line_end_becomes_a_line_feed() -> None:
    assert decode(b"a\r\nb\rc\n", "bank.txt").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
        bytes(range(256)),
        b"\x00" * 100,
        b"ab\x00cd",
        b"\xef\xbb\xbf\xff",
        b"\xff\xfea",
        b"text with a bell \x07",
    ],
)
def test_what_is_no_text_is_refused_with_its_file(data: bytes) -> None:
    with pytest.raises(BankRefused) as refused:
        decode(data, "bank.txt")
    assert refused.value.file == "bank.txt"


def test_the_line_of_the_first_wrong_byte_is_told() -> None:
    with pytest.raises(BankRefused) as refused:
        decode(b"\xef\xbb\xbfgood\ngood\nbad \xff\n", "bank.txt")
    assert refused.value.line == 3


@given(st.binary(max_size=400))
def test_any_bytes_are_a_text_or_refused(data: bytes) -> None:
    try:
        found = decode(data, "x")
    except BankRefused:
        return
    assert "\0" not in found.text


@given(st.text(alphabet="安全生产责任制高处作业电焊触电急救，。：ABCD 0123\n", min_size=20))
def test_chinese_in_gb18030_is_never_taken_for_something_else(text: str) -> None:
    assert decode(text.encode("gb18030"), "x").text == text


@pytest.mark.parametrize(("codec", "name"), [("utf-16-le", "UTF-16 LE"), ("utf-16-be", "UTF-16 BE")])
def test_utf_16_without_a_mark_although_characters_have_zero_bytes_on_both_sides(codec: str, name: str) -> None:
    text = "第一题：电工作业人员必须（　　）。\r\nA．持证上岗\r\nB．一般自学\r\n答案：A\r\n"
    decoded = decode(text.encode(codec), "bank.txt")
    assert (decoded.encoding, decoded.text) == (name, text.replace("\r\n", "\n"))
