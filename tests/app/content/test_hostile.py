"""Banks from somebody who means harm: refused with a fault of ours, quickly, and nothing outside is read."""

import inspect
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import archive, bank
from app.content.archive import BankUnreadable, open_archive, resolve
from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, FileMissing, MarkupRefused, PictureRefused
from app.content.packing.package import PackageRefused
from app.content.qti.choices import MAX_OPTIONS
from app.content.qti.flow import MAX_BLOCKS, MAX_TEXT
from app.content.qti.item import MAX_ITEM_BYTES, MAX_ITEM_NODES
from app.content.qti.reading import read_bank, read_package
from app.content.qti.shelf import MAX_MEDIA
from app.content.xml import read_xml
from app.exam.form import BlueprintUnmet
from app.exam.interactions import Choice
from app.exam.prose import Language, plain_text
from app.words import Words
from tests.app.content.banks import BODY, Files, item, one_item, png, small_bank, write_folder, write_zip

SECRET = b"nobody outside may read this"


def with_item(data: bytes) -> Files:
    return one_item(data)


# ------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "n" * 300, "a\0b", "missing.zip"])
def test_what_is_no_plain_file_or_has_no_possible_name_is_unreadable_and_not_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(BankUnreadable):
        read_package(tmp_path / path)


def test_a_named_pipe_is_unreadable_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bank.zip")
    with pytest.raises(BankUnreadable):
        read_package(tmp_path / "bank.zip")


@pytest.mark.parametrize(
    "src",
    [
        "../../secret.png",
        "../pictures/../../secret.png",
        "/etc/hostname",
        "file:///etc/hostname",
        "http://127.0.0.1/a.png",
        "//127.0.0.1/a.png",
        "//[::1",
        "%2e%2e/%2e%2e/secret.png",
        "..\\..\\secret.png",
        "C:/secret.png",
        "../pictures/sign.png?x",
        "../pictures/sign.png#x",
        "",
        "a/" * 300 + "a.png",
    ],
)
def test_a_picture_path_that_leaves_the_bank_is_refused(tmp_path: Path, src: str) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    body = BODY.replace("../pictures/sign.png", src)
    for path in (
        write_folder(with_item(item("single-1", body=body)), tmp_path / "bank"),
        write_zip(with_item(item("single-1", body=body)), tmp_path / "bank.zip"),
    ):
        with pytest.raises(BankUnsafe):
            read_package(path)


def test_an_item_path_that_leaves_the_bank_is_refused(tmp_path: Path) -> None:
    files = one_item(item("single-1"))
    (tmp_path / "single-1.xml").write_bytes(files["items/single-1.xml"])
    files["imsmanifest.xml"] = files["imsmanifest.xml"].replace(
        b'href="items/single-1.xml">', b'href="../single-1.xml">'
    )
    with pytest.raises(BankUnsafe):
        read_package(write_folder(files, tmp_path / "bank"))


@pytest.mark.parametrize("linked", ["pictures/sign.png", "pictures", "items/single-1.xml", "imsmanifest.xml"])
def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, linked: str) -> None:
    folder = write_folder(one_item(item("single-1", body=BODY)), tmp_path / "bank")
    target = tmp_path / "elsewhere"
    (folder / linked).rename(target)
    (folder / linked).symlink_to(target)
    with pytest.raises(BankUnsafe):
        read_package(folder)


def test_a_pipe_in_a_folder_does_not_hold_the_reader_up(tmp_path: Path) -> None:
    folder = write_folder(one_item(item("single-1", body=BODY)), tmp_path)
    (folder / "pictures/sign.png").unlink()
    os.mkfifo(folder / "pictures/sign.png")
    with pytest.raises(BankUnsafe):
        read_package(folder)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = write_folder(one_item(item("single-1", body=BODY)), tmp_path)
    (folder / "pictures/sign.png").unlink()
    (folder / "pictures/sign.png").mkdir()
    with pytest.raises(BankUnsafe):
        read_package(folder)


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "/evil.xml", "items/../../evil.xml", "a\\..\\..\\evil.xml", "./a.xml", "a//b.xml", "C:evil"],
)
def test_a_zip_with_an_unsafe_name_is_refused_whole(tmp_path: Path, name: str) -> None:
    path = write_zip(small_bank(), tmp_path / "bank.zip")
    with zipfile.ZipFile(path, "a") as more:
        more.writestr(zipfile.ZipInfo(name), SECRET)
    with pytest.raises(BankUnsafe):
        read_package(path)
    assert sorted(tmp_path.iterdir()) == [path], "nothing is ever unpacked"


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = write_zip(small_bank(), tmp_path / "bank.zip")
    link = zipfile.ZipInfo("pictures/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as more:
        more.writestr(link, "/etc/hostname")
    with pytest.raises(BankUnsafe):
        read_package(path)


def test_a_name_twice_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = write_zip(small_bank(), tmp_path / "bank.zip")
    with zipfile.ZipFile(path, "a") as more, pytest.warns(UserWarning, match="Duplicate name"):
        more.writestr("items/judge-1.xml", b"another")
    with pytest.raises(BankUnsafe):
        read_package(path)


def test_an_encrypted_or_oddly_packed_zip_is_refused(tmp_path: Path) -> None:
    files = small_bank()
    path = tmp_path / "bank.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    with pytest.raises(BankUnsafe):
        read_package(path)
    raw = bytearray(write_zip(files, path).read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # general purpose bit 0 of the first entry: encrypted
    path.write_bytes(raw)
    with pytest.raises(BankUnsafe):
        read_package(path)


def test_a_zip_bomb_costs_no_more_than_its_bound(tmp_path: Path) -> None:
    files = small_bank() | {"items/judge-1.xml": b" " * 200_000_000}
    path = write_zip(files, tmp_path / "bomb.zip")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(BankTooLarge):
        read_package(path)


def test_all_files_together_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(small_bank(), tmp_path / "bank.zip")
    monkeypatch.setattr(archive, "MAX_PACKAGE_BYTES", path.stat().st_size)
    with pytest.raises(BankTooLarge):  # packed it fits, unpacked it does not
        read_package(path)


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(small_bank(), tmp_path / "bank.zip")
    monkeypatch.setattr(archive, "MAX_FILES", 4)
    with pytest.raises(BankTooLarge):
        read_package(path)


def test_a_zip_that_claims_a_huge_list_of_files_is_refused_before_it_is_read(tmp_path: Path) -> None:
    raw = bytearray(write_zip(small_bank(), tmp_path / "bank.zip").read_bytes())
    end = raw.rindex(b"PK\x05\x06")
    raw[end + 12 : end + 16] = b"\xff\xff\xff\x7f"
    (tmp_path / "bank.zip").write_bytes(raw)
    with pytest.raises(BankTooLarge):
        read_package(tmp_path / "bank.zip")


def test_every_damaged_byte_of_a_zip_is_refused_or_harmless(tmp_path: Path) -> None:
    good = write_zip(small_bank(), tmp_path / "bank.zip")
    raw, as_packed = good.read_bytes(), read_package(good)
    path = tmp_path / "changed.zip"
    refused = 0
    for at in range(0, len(raw), 3):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :])
        try:
            assert read_package(path) == as_packed
        except BankRefused:
            refused += 1
    assert refused > len(raw) // 6


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BankUnreadable):
        read_package(tmp_path / "nothing")
    for number, data in enumerate((b"", b"PK", SECRET * 1_000, b"PK\x05\x06" + b"\0" * 18)):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(data)
        with pytest.raises(BankRefused):
            read_package(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileMissing):
        read_package(tmp_path / "empty")  # a folder with neither a manifest nor an item


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_whatever_a_path_says_it_stays_inside_or_is_refused(href: str) -> None:
    try:
        name = resolve(href, "items/a.xml", 1)
    except BankUnsafe:
        return
    assert not name.startswith("/")
    assert ".." not in name.split("/")
    assert Path(os.path.normpath(Path("/bank") / name)).is_relative_to("/bank")


def test_a_file_that_grows_past_its_bound_is_refused(tmp_path: Path) -> None:
    folder = write_folder({"a.bin": b"x" * 11}, tmp_path)
    with open_archive(folder) as files:
        assert files.read("a.bin", 11) == b"x" * 11
        with pytest.raises(BankTooLarge):
            files.read("a.bin", 10)


# --------------------------------------------------------------------------------------------------------- XML


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE qti-assessment-item>",
        '<!DOCTYPE qti-assessment-item SYSTEM "http://127.0.0.1:9/a.dtd">',
        '<!DOCTYPE qti-assessment-item [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        f'<!DOCTYPE qti-assessment-item [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE qti-assessment-item [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
    ],
)
def test_a_document_type_is_refused_before_anything_is_expanded(tmp_path: Path, doctype: str) -> None:
    data = item("single-1", body="<p>&x;&l9;</p>").replace(
        b"<qti-assessment-item", doctype.encode() + b"<qti-assessment-item", 1
    )
    with pytest.raises(BankUnsafe) as caught:
        read_package(write_folder(with_item(data), tmp_path))
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b"\xff\xfe\xff",
        item("single-1").replace(b"UTF-8", b"UTF-7"),
        item("single-1").replace(b"UTF-8", b"EBCDIC-CP-BE"),
        item("single-1", body="<p>\xb7</p>").decode().encode("gb18030"),
        "对".encode("utf-16-le")[:3],
        item("single-1", body="<p>&nothing;</p>"),
        item("single-1", body="<p>&#0;</p>"),
        item("single-1", body="<p>\x08</p>"),
        item("single-1", body="<p>"),
        item("single-1", body="<p>" + "<span>" * 5_000 + "</span>" * 5_000 + "</p>"),
        item("single-1", body='<p xmlns:x="u"><x:include href="/etc/hostname"/></p>'),
        item("single-1", body='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../a"/>'),
    ],
)
def test_xml_that_is_broken_or_reaches_out_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BankRefused):
        read_package(write_folder(with_item(data), tmp_path))


def test_a_comment_or_an_instruction_is_neither_shown_nor_followed(tmp_path: Path) -> None:
    body = '<?xml-stylesheet href="http://127.0.0.1:9/a.css"?><p>a<!-- <b>hidden</b> -->b</p>'
    (only,) = read_package(write_folder(with_item(item("single-1", body=body)), tmp_path)).items
    assert only.stem.zh == only.stem.en
    assert plain_text(only.stem.zh) == "ab"


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("<p>" + "长" * (MAX_TEXT + 1) + "</p>", 3),
        ("<p>a</p>" * (MAX_BLOCKS + 1), 3),
        ("<p>" + "<b>a</b>" * MAX_ITEM_NODES + "</p>", 3),
        ("<p>a</p>" + " " * MAX_ITEM_BYTES, 3),
        ("<p>a</p>", MAX_OPTIONS + 1),
    ],
)
def test_what_is_over_long_is_refused(tmp_path: Path, body: str, options: int) -> None:
    names = tuple(f"o{number}" for number in range(options))
    data = item("single-1", body=body, options=names, correct=("o0",))
    with pytest.raises(BankTooLarge):
        read_package(write_folder(with_item(data), tmp_path))


def test_too_many_pictures_are_refused(tmp_path: Path) -> None:
    pictures = {f"pictures/{number}.png": png() for number in range(MAX_MEDIA + 1)}
    shown = "".join(f'<img src="../{name}" alt="x"/>' for name in pictures)
    data = item("single-1", body=f"<div>{shown}</div>")
    with pytest.raises(BankTooLarge):
        read_package(write_folder(with_item(data) | pictures, tmp_path))


@settings(max_examples=150)
@given(at=st.integers(min_value=0), noise=st.binary(min_size=1, max_size=8))
def test_an_item_with_noise_in_it_is_refused_or_read_with_no_other_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    data = item("single-1", body=BODY)
    place = at % len(data)
    folder = tmp_path_factory.mktemp("noise")
    files = with_item(data[:place] + noise + data[place + len(noise) :])
    try:
        (only,) = read_package(write_folder(files, folder)).items
    except BankRefused:
        return
    (choice,) = only.interactions
    assert isinstance(choice, Choice)
    assert len(choice.options) == 3


def test_a_million_choices_are_refused_before_they_are_made(tmp_path: Path) -> None:
    options = b"".join(b'<qti-simple-choice identifier="o%d">x</qti-simple-choice>' % number for number in range(10**6))
    data = item("single-1").replace(b"</qti-choice-interaction>", options + b"</qti-choice-interaction>")
    files = one_item(data)
    with pytest.raises(BankTooLarge):
        read_package(write_zip(files, tmp_path / "bank.zip"))
    with pytest.raises(BankTooLarge):
        read_xml(data, "a.xml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030", "gbk", "utf-16-le", "utf-16-be"])
def test_an_item_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    name = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(encoding, encoding)
    data = item("single-1").decode().replace("UTF-8", name).encode(encoding)
    (only,) = read_package(write_folder(one_item(data), tmp_path)).items
    assert plain_text(only.stem.zh) == "对吗？"


def test_an_item_in_windows_1252_keeps_its_quotes(tmp_path: Path) -> None:
    data = item("single-1", body="<p>“é–”</p>", options=("A", "B")).decode()
    plain = re.sub("选项[AB]", "x", data).replace("UTF-8", "windows-1252").encode("cp1252")
    (only,) = read_package(write_folder(one_item(plain), tmp_path)).items
    assert plain_text(only.stem.zh) == "“é–”"


@pytest.mark.parametrize(
    "href",
    ["../../secret.xml", "/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/a.xml", "no.xml", "self.xml"],
)
def test_an_inclusion_from_outside_or_without_end_is_refused(tmp_path: Path, href: str) -> None:
    (tmp_path / "secret.xml").write_bytes(b"<p>secret</p>")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{href}"/>'
    files = one_item(item("single-1", body=f"<div><p>a</p>{include}</div>"))
    files["items/self.xml"] = include.encode()
    with pytest.raises(BankRefused):
        read_package(write_folder(files, tmp_path / "bank"))


def test_a_text_in_the_place_of_elements_is_not_included(tmp_path: Path) -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a.xml" parse="text"/>'
    files = one_item(item("single-1", body=f"<div><p>a</p>{include}</div>")) | {"items/a.xml": b"<p>a</p>"}
    with pytest.raises(MarkupRefused):
        read_package(write_folder(files, tmp_path / "bank"))


def test_one_bad_item_of_a_bank_is_told_and_the_rest_is_in(tmp_path: Path) -> None:
    files = small_bank() | {"items/judge-1.xml": b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><x>&e;</x>"}
    found, rejected = read_bank(write_folder(files, tmp_path))
    assert [one.id for one in found.items] == ["multi-1", "single-1"]
    assert [(one.source, one.item, one.fault.code) for one in rejected] == [
        ("items/judge-1.xml", "judge-1", "BANK_UNSAFE")
    ]
    assert rejected[0].reason == "items/judge-1.xml:1: a document type"


# ------------------------------------------------------------------------------------------------------- words


def test_every_refusal_of_ours_has_words_in_both_languages() -> None:
    kinds = [one for _, one in inspect.getmembers(bank, inspect.isclass) if issubclass(one, BankRefused)]
    assert {MarkupRefused, PictureRefused, BankTooLarge} <= set(kinds)
    faults = [kind("items/a.xml", 7, "why", name="<br>", limit=9) for kind in kinds]
    others = [
        BankUnreadable("gone", path="/a"),
        PackageRefused("why"),
        BlueprintUnmet("", section=1, needed=3, found=1),
    ]
    for language in Language:
        words = Words(language)
        for fault in (*faults, *others):
            said = words.fault(fault)
            assert "{" not in said.what + said.safe + said.do
            assert said.do.strip()
        for fault in faults:
            assert "items/a.xml:7" in words.fault(fault).what
        for note in bank.NoteKind:
            assert words(f"bank_note.{note}", item="single-1", detail="3").endswith((".", "。", "3"))
