import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content.bank import Bank
from app.content.packing.package import MAGIC, PackageRefused, SealedPackage, pack
from app.content.qti.reading import read_package
from app.exam.interactions import Choice
from app.exam.item import Item
from app.exam.marking import Cardinality, match_correct
from app.exam.prose import Picture
from sync.faults import Refused
from sync.trust.aead import SealRefused, open_sealed, seal
from sync.wire.document import canonical_json
from sync.wire.package import Blob, PackageHeader, PackedOptions
from tests.app.content.banks import small_bank, write_folder

PACKAGE = "01890a5d-ac96-774b-bcce-b302099a8057"
CONTENT_KEY = bytes(range(32))
MARKING_KEY = bytes(range(32, 64))

Change = Callable[[PackageHeader], PackageHeader]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return read_package(write_folder(small_bank(), tmp_path_factory.mktemp("bank")))


@pytest.fixture(scope="module")
def raw(bank: Bank) -> bytes:
    return pack(bank, PACKAGE, 3, 1_700_000_000_000, CONTENT_KEY, MARKING_KEY)


def split(raw: bytes) -> tuple[PackageHeader, bytes]:
    length = int.from_bytes(raw[4:8], "big")
    return PackageHeader.parse(raw[8 : 8 + length]), raw[8 + length :]


def join(header: PackageHeader, body: bytes) -> bytes:
    raw = header.to_bytes()
    return MAGIC + len(raw).to_bytes(4, "big") + raw + body


def opened(package: SealedPackage, bank: Bank) -> list[object]:
    """Open everything there is, in the bank's order."""
    found: list[object] = []
    for item in bank.items:
        found += [package.open_item(item.id, CONTENT_KEY), package.open_marking(item.id, MARKING_KEY)]
        found += [package.open_media(item.id, medium.name, CONTENT_KEY) for medium in item.media]
    return found


def expected(bank: Bank) -> list[object]:
    found: list[object] = []
    for item in bank.items:
        found += [item, bank.markings[item.id]]
        found += [bank.media[item.id, medium.name] for medium in item.media]
    return found


def test_what_is_packed_opens_again_as_it_was(bank: Bank, raw: bytes) -> None:
    package = SealedPackage.parse(raw)
    assert opened(package, bank) == expected(bank)
    assert package.sha256 == hashlib.sha256(raw).hexdigest()
    assert (package.header.package, package.header.version, package.header.bank) == (PACKAGE, 3, "small-bank")
    assert [item.item for item in package.header.items] == ["judge-1", "multi-1", "single-1"]
    assert [[one.name for one in item.shuffles] for item in package.header.items] == [[], [], ["RESPONSE"]]


def test_a_blob_opens_with_the_cipher_and_context_the_format_names(bank: Bank, raw: bytes) -> None:
    header, body = split(raw)
    entry = next(item for item in header.items if item.media)
    blob = entry.media[0].blob
    context = f'["{PACKAGE}",3,"{entry.item}","media:1.png"]'.encode()
    picture = open_sealed(CONTENT_KEY, body[blob.offset : blob.offset + blob.length], context)
    assert picture == bank.media[entry.item, "1.png"]


def test_the_header_holds_no_text_of_an_item_and_no_name_of_a_picture(raw: bytes) -> None:
    header, _ = split(raw)
    shown = header.to_bytes().decode()
    assert "选项" not in shown
    assert "sign" not in shown


def test_the_length_of_a_marking_is_the_same_for_every_key(bank: Bank) -> None:
    lengths = set()
    for item in bank.items:
        (choice,) = item.interactions
        assert isinstance(choice, Choice)
        for option in choice.options:
            changed = match_correct(item.id, Cardinality.SINGLE, (option.id,))
            other = replace(bank, markings={**bank.markings, item.id: changed})
            header, _ = split(pack(other, PACKAGE, 1, 0, CONTENT_KEY, MARKING_KEY))
            lengths.add(tuple(entry.marking.length for entry in header.items))
    assert len(lengths) == 1


def test_another_key_opens_nothing(bank: Bank, raw: bytes) -> None:
    package = SealedPackage.parse(raw)
    picture = next(item for item in bank.items if item.media)
    with pytest.raises(SealRefused):
        package.open_item(picture.id, MARKING_KEY)
    with pytest.raises(SealRefused):
        package.open_marking(picture.id, CONTENT_KEY)
    with pytest.raises(SealRefused):
        package.open_media(picture.id, "1.png", MARKING_KEY)


def test_what_is_not_there_is_refused(raw: bytes) -> None:
    package = SealedPackage.parse(raw)
    with pytest.raises(PackageRefused):
        package.open_item("nobody", CONTENT_KEY)
    with pytest.raises(PackageRefused):
        package.open_media("single-1", "2.png", CONTENT_KEY)


def renamed(header: PackageHeader) -> PackageHeader:
    return header.model_copy(update={"package": PACKAGE.replace("0189", "0190")})


def newer(header: PackageHeader) -> PackageHeader:
    return header.model_copy(update={"version": 4})


@pytest.mark.parametrize("change", [renamed, newer])
def test_blobs_moved_into_another_package_or_version_do_not_open(bank: Bank, raw: bytes, change: Change) -> None:
    header, body = split(raw)
    package = SealedPackage.parse(join(change(header), body))
    for item in bank.items:
        with pytest.raises(SealRefused):
            package.open_item(item.id, CONTENT_KEY)
        with pytest.raises(SealRefused):
            package.open_marking(item.id, MARKING_KEY)


def test_a_blob_moved_to_another_item_or_part_does_not_open(bank: Bank, raw: bytes) -> None:
    header, body = split(raw)
    pieces = [body[b.offset : b.offset + b.length] for i in header.items for b in (i.content, i.marking)]
    order = [2, 3, 0, 1]  # the first two items change places, then an item's two parts
    for places in (order, [1, 0, 3, 2]):
        moved = relaid(header, body, {new: pieces[old] for new, old in enumerate(places)})
        package = SealedPackage.parse(moved)
        for item in bank.items[:2]:
            with pytest.raises(SealRefused):
                package.open_item(item.id, CONTENT_KEY)
            with pytest.raises(SealRefused):
                package.open_marking(item.id, CONTENT_KEY)


def relaid(header: PackageHeader, body: bytes, pieces: dict[int, bytes]) -> bytes:
    """Put other pieces in the place of the n-th content or marking and write a header that fits."""
    out = bytearray()

    def lay(piece: bytes) -> Blob:
        blob = Blob(offset=len(out), length=len(piece), sha256=hashlib.sha256(piece).hexdigest())
        out.extend(piece)
        return blob

    def old(blob: Blob) -> bytes:
        return body[blob.offset : blob.offset + blob.length]

    items = []
    for index, item in enumerate(header.items):
        content = lay(pieces.get(2 * index, old(item.content)))
        marking = lay(pieces.get(2 * index + 1, old(item.marking)))
        media = tuple(entry.model_copy(update={"blob": lay(old(entry.blob))}) for entry in item.media)
        items.append(item.model_copy(update={"content": content, "marking": marking, "media": media}))
    return join(header.model_copy(update={"items": tuple(items)}), bytes(out))


def test_every_changed_byte_is_refused_or_changes_nothing_that_is_shown_or_scored(bank: Bank, raw: bytes) -> None:
    as_packed = expected(bank)
    digest = SealedPackage.parse(raw).sha256
    refused = 0
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            package = SealedPackage.parse(changed)
            assert package.sha256 != digest
            assert opened(package, bank) == as_packed
        except Refused:
            refused += 1
    header_end = 8 + int.from_bytes(raw[4:8], "big")
    assert refused > len(raw) - header_end, "every byte of a blob, and most of the header's, must refuse"
    assert len(raw) - refused < 80, "only titles, dates and the bank's name can change without a refusal"


@pytest.mark.parametrize("length", [0, 3, 7, 8, 200])
def test_a_file_cut_short_is_refused(raw: bytes, length: int) -> None:
    with pytest.raises(PackageRefused):
        SealedPackage.parse(raw[:length])


def test_a_file_that_goes_on_is_refused(raw: bytes) -> None:
    with pytest.raises(PackageRefused, match="goes on"):
        SealedPackage.parse(raw + b"\x00")


def test_a_header_said_to_be_longer_than_the_file_is_refused(raw: bytes) -> None:
    with pytest.raises(PackageRefused, match="longer"):
        SealedPackage.parse(raw[:4] + b"\xff\xff\xff\xff" + raw[8:])


def test_a_header_in_another_form_of_json_is_refused(raw: bytes) -> None:
    header, body = split(raw)
    spaced = header.to_bytes().replace(b",", b", ", 1)
    with pytest.raises(PackageRefused, match="canonical"):
        SealedPackage.parse(MAGIC + len(spaced).to_bytes(4, "big") + spaced + body)


def overlapping(header: PackageHeader) -> PackageHeader:
    first = header.items[0]
    return with_first(header, {"marking": first.content})


def reaching_out(header: PackageHeader) -> PackageHeader:
    last = header.items[-1].media[-1]
    blob = last.blob.model_copy(update={"length": last.blob.length + 1})
    item = header.items[-1].model_copy(update={"media": (last.model_copy(update={"blob": blob}),)})
    return header.model_copy(update={"items": (*header.items[:-1], item)})


def far_away(header: PackageHeader) -> PackageHeader:
    return with_first(header, {"content": header.items[0].content.model_copy(update={"offset": 2**40})})


def out_of_order(header: PackageHeader) -> PackageHeader:
    return header.model_copy(update={"items": tuple(reversed(header.items))})


def doubled(header: PackageHeader) -> PackageHeader:
    return header.model_copy(update={"items": (header.items[0], *header.items)})


def same_options(header: PackageHeader) -> PackageHeader:
    twice = PackedOptions(name="RESPONSE", options=("true", "true"))
    return with_first(header, {"shuffles": (twice,)})


def with_first(header: PackageHeader, update: dict[str, object]) -> PackageHeader:
    return header.model_copy(update={"items": (header.items[0].model_copy(update=update), *header.items[1:])})


@pytest.mark.parametrize("change", [overlapping, reaching_out, far_away, out_of_order, doubled, same_options])
def test_a_header_that_contradicts_the_file_is_refused(raw: bytes, change: Change) -> None:
    header, body = split(raw)
    with pytest.raises(PackageRefused):
        SealedPackage.parse(join(change(header), body))


@pytest.mark.parametrize(
    "update",
    [
        {"kind": "single_choice"},
        {"subject": "fire"},
        {"difficulty": "easy"},
        {"shuffles": [{"fixed": [], "name": "RESPONSE", "options": ["false", "true"]}]},
        {"stimulus": "case-1"},
        {"enemies": ["other"]},
    ],
)
def test_a_header_that_misnames_an_item_is_noticed_when_it_is_opened(raw: bytes, update: dict[str, object]) -> None:
    header, body = split(raw)
    changed = canonical_json(
        header.model_dump(mode="json")
        | {
            "items": [
                item.model_dump(mode="json") | (update if index == 0 else {}) for index, item in enumerate(header.items)
            ]
        }
    )
    package = SealedPackage.parse(MAGIC + len(changed).to_bytes(4, "big") + changed + body)
    with pytest.raises(PackageRefused, match="not what the header says"):
        package.open_item("judge-1", CONTENT_KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"\xff",
        b'{"id":"judge-1"}',
        b"[" * 100_000,
        b'"' + b"x" * 5_000_000 + b'"',
    ],
)
def test_a_sealed_content_of_another_shape_is_refused(raw: bytes, content: bytes) -> None:
    header, body = split(raw)
    sealed = seal(CONTENT_KEY, content, canonical_json([PACKAGE, 3, "judge-1", "content"]))
    package = SealedPackage.parse(relaid(header, body, {0: sealed}))
    with pytest.raises(PackageRefused):
        package.open_item("judge-1", CONTENT_KEY)


@pytest.mark.parametrize(
    "marking",
    [
        b'{"_":"Marking","item":"judge-1"}',
        b'{"_":"Marking","declarations":[],"item":"multi-1"}',
        b'{"_":"Marking","declarations":[{"_":"Node","name":"sum"}],"item":"judge-1"}',
        b'{"_":"Marking","declarations":[],"item":"judge-1","more":1}',
    ],
)
def test_a_sealed_marking_that_cannot_be_is_refused(raw: bytes, marking: bytes) -> None:
    header, body = split(raw)
    sealed = seal(MARKING_KEY, marking, canonical_json([PACKAGE, 3, "judge-1", "marking"]))
    package = SealedPackage.parse(relaid(header, body, {1: sealed}))
    with pytest.raises(PackageRefused):
        package.open_marking("judge-1", MARKING_KEY)


def test_a_picture_that_is_none_is_refused_when_it_is_opened(bank: Bank) -> None:
    fake = replace(bank, media={("single-1", "1.png"): b"<svg/>"})
    package = SealedPackage.parse(pack(fake, PACKAGE, 1, 0, CONTENT_KEY, MARKING_KEY))
    with pytest.raises(PackageRefused, match="not the picture"):
        package.open_media("single-1", "1.png", CONTENT_KEY)


def test_an_item_that_shows_a_picture_it_does_not_have_is_refused(bank: Bank) -> None:
    def lost(item: Item) -> Item:
        wording = replace(item.stem, zh=(*item.stem.zh, Picture("9.png", "?")))
        return replace(item, stem=wording) if item.media else item

    bent = replace(bank, items=tuple(lost(item) for item in bank.items))
    package = SealedPackage.parse(pack(bent, PACKAGE, 1, 0, CONTENT_KEY, MARKING_KEY))
    with pytest.raises(PackageRefused, match="not what the header says"):
        package.open_item("single-1", CONTENT_KEY)


@settings(max_examples=200)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_refused_without_any_other_error(noise: bytes, magic: bool) -> None:
    raw = MAGIC + len(noise).to_bytes(4, "big") + noise if magic else noise
    with pytest.raises(PackageRefused):
        SealedPackage.parse(raw)


def test_a_package_is_the_same_whatever_order_the_bank_was_in(bank: Bank, tmp_path: Path) -> None:
    turned = replace(bank, items=tuple(reversed(bank.items)))
    path = tmp_path / "turned.erp"
    path.write_bytes(pack(turned, PACKAGE, 3, 0, CONTENT_KEY, MARKING_KEY))
    assert opened(SealedPackage.parse(path.read_bytes()), bank) == expected(bank)
