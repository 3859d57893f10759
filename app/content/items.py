"""One QTI 3 assessment item: a choice and its key, marked by the standard's `match_correct`, nothing else.

Source: 1EdTech QTI 3.0, Assessment, Section and Item information model; response processing templates.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import (
    BankRefused,
    BankTooLarge,
    KeyRefused,
    MarkupRefused,
    Note,
    NoteKind,
    PictureRefused,
    TwiceRefused,
)
from app.content.blobs import MAX_MEDIA, MAX_OPTIONS
from app.content.markup import MarkupReader
from app.content.pictures import MAX_PICTURE_BYTES, recognise_picture
from app.content.xml import LANG, check_attributes, check_no_text, line_of, qti, read_xml, refuse_element
from app.exam.item import Body, Item, Language, Marking, Medium, Option, Picture, Wording
from sync.wire.plan import ItemKind

MAX_ITEM_BYTES: Final = 256_000

_ITEM_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_MATCH_CORRECT: Final = re.compile(
    r"https?://(www|purl)\.imsglobal\.org/(question/qti_v[23]p\d|spec/qti/v3p\d)"
    r"/rptemplates/match_correct(\.xml)?"
)
_ITEM_ATTRIBUTES: Final = frozenset(
    {"identifier", "title", "label", "adaptive", "time-dependent", "tool-name", "tool-version", LANG}
)
_INTERACTION_ATTRIBUTES: Final = frozenset({"response-identifier", "max-choices", "shuffle"})
_NOTHING: Final = ([(qti("qti-value"), "0")], [(qti("qti-value"), "0.0")])
_PARTS: Final = (
    "qti-response-declaration",
    "qti-outcome-declaration",
    "qti-item-body",
    "qti-response-processing",
)


@dataclass(frozen=True)
class Sorting:
    """What the manifest says of an item."""

    subject: str
    difficulty: str


@dataclass(frozen=True)
class ReadItem:
    """An item as its file gives it; `pictures` is by medium name."""

    item: Item
    marking: Marking
    pictures: Mapping[str, bytes]
    notes: tuple[Note, ...]


@dataclass
class _Pictures:
    """Collects an item's pictures under names that tell nothing: a package's header shows them to anybody."""

    archive: Archive
    file: str
    names: dict[str, Medium] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)

    def keep(self, source: str, line: int) -> str:
        path = resolve(source, self.file, line)
        if path not in self.names:
            if len(self.names) >= MAX_MEDIA:
                raise BankTooLarge(self.file, line, "too many pictures", limit=MAX_MEDIA)
            data = self.archive.read(path, MAX_PICTURE_BYTES, wanted_by=self.file, line=line)
            kind = recognise_picture(data)
            if kind is None:
                raise PictureRefused(self.file, line, "neither PNG nor JPEG, or too large a one", name=path)
            name = f"{len(self.names) + 1}.{kind.mime.removeprefix('image/')}"
            self.names[path] = Medium(name, kind.mime)
            self.data[name] = data
        return self.names[path].name


@dataclass
class _Pairing:
    """Pairs the languages of an item's texts; one stands in for the other if that is all there is."""

    item: str
    file: str
    notes: list[Note] = field(default_factory=list)

    def pair(self, bodies: Mapping[Language, Body], where: etree._Element) -> Wording:
        chinese, english = bodies.get(Language.ZH), bodies.get(Language.EN)
        if chinese and english:
            if _pictures_in(chinese) != _pictures_in(english):
                raise PictureRefused(self.file, line_of(where), "a picture stands in one language only", name="<img>")
            return Wording(chinese, english)
        only = chinese or english
        if only is None:
            raise BankRefused(self.file, line_of(where), "nothing to read here")
        note = Note(NoteKind.ONLY_CHINESE if chinese else NoteKind.ONLY_ENGLISH, self.item)
        self.notes += [note] if note not in self.notes else []
        return Wording(only, only)


def read_item(archive: Archive, file: str, sorting: Sorting) -> ReadItem:
    """Read the item in `file`.

    Raises:
        BankRefused: one of its kinds; nothing of an item is ever left out in silence.
    """
    root = read_xml(archive.read(file, MAX_ITEM_BYTES), file, qti("qti-assessment-item"))
    check_attributes(root, file, _ITEM_ATTRIBUTES)
    for name in ("adaptive", "time-dependent"):
        if root.get(name, "false") != "false":
            raise MarkupRefused(file, line_of(root), f"{name} item", name=name)
    parts = _parts(root, file)
    item_id = _identifier(root, file)
    cardinality, correct = _response(parts["qti-response-declaration"], file)
    _check_processing(parts["qti-response-processing"], file)

    body = parts["qti-item-body"]
    check_attributes(body, file, frozenset())
    check_no_text(body, file)
    *stem, interaction = body if len(body) else [body]
    if interaction.tag != qti("qti-choice-interaction"):
        raise refuse_element(interaction, file)

    pictures = _Pictures(archive, file)
    reader = MarkupReader(file, pictures.keep)
    language = root.get(LANG, "zh-CN")
    pairing = _Pairing(item_id, file)
    wording = pairing.pair(reader.parts(stem, language), body)
    options = tuple(
        Option(_identifier(choice, file), pairing.pair(reader.content(choice, language), choice))
        for choice in _choices(interaction, file)
    )
    kind = _kind(interaction, file, options, cardinality)
    _check_key(parts["qti-response-declaration"], file, options, correct, kind)
    item = Item(
        id=item_id,
        kind=kind,
        subject=sorting.subject,
        difficulty=sorting.difficulty,
        stem=wording,
        options=options,
        media=tuple(pictures.names.values()),
        keep_order=interaction.get("shuffle", "false") == "false",
    )
    return ReadItem(item, Marking(item_id, frozenset(correct)), pictures.data, tuple(pairing.notes))


def _parts(root: etree._Element, file: str) -> dict[str, etree._Element]:
    """Give the item's parts by name: each once, SCORE's declaration optional, nothing else."""
    check_no_text(root, file)
    found: dict[str, etree._Element] = {}
    for child in root:
        name = etree.QName(child).localname
        if child.tag != qti(name) or name not in _PARTS or name in found:
            raise refuse_element(child, file)
        found[name] = child
    if "qti-outcome-declaration" in found:
        _check_outcome(found["qti-outcome-declaration"], file)
    for name in _PARTS:
        if name not in found and name != "qti-outcome-declaration":
            raise BankRefused(file, line_of(root), f"there is no {name}")
    return found


def _identifier(element: etree._Element, file: str) -> str:
    identifier = element.get("identifier", "")
    if not _ITEM_ID.fullmatch(identifier):
        raise BankRefused(file, line_of(element), "no identifier, or one of a form that is not allowed")
    return identifier


def _response(declaration: etree._Element, file: str) -> tuple[str, list[str]]:
    """Give the declared cardinality and the correct values."""
    check_attributes(declaration, file, frozenset({"identifier", "cardinality", "base-type"}))
    check_no_text(declaration, file)
    line = line_of(declaration)
    if declaration.get("identifier") != "RESPONSE" or declaration.get("base-type") != "identifier":
        raise BankRefused(file, line, "the response must be called RESPONSE and hold identifiers")
    for child in declaration:
        if child.tag != qti("qti-correct-response"):
            raise refuse_element(child, file)  # a mapping would give marks we do not give
    if len(declaration) != 1:
        raise KeyRefused(file, line, f"{len(declaration)} correct responses declared")
    response = declaration[0]
    check_attributes(response, file, frozenset())
    check_no_text(response, file)
    for value in response:
        if value.tag != qti("qti-value") or len(value):
            raise refuse_element(value, file)
        check_attributes(value, file, frozenset())
    return declaration.get("cardinality", ""), [(value.text or "").strip() for value in response]


def _check_outcome(declaration: etree._Element, file: str) -> None:
    """Let pass what every editor writes: a SCORE that begins at nothing."""
    check_attributes(declaration, file, frozenset({"identifier", "cardinality", "base-type"}))
    check_no_text(declaration, file)
    if declaration.get("identifier") != "SCORE":
        raise refuse_element(declaration, file)
    for default in declaration:
        values = [(value.tag, (value.text or "").strip()) for value in default]
        if default.tag != qti("qti-default-value") or values not in _NOTHING:
            raise refuse_element(default, file)


def _check_processing(processing: etree._Element, file: str) -> None:
    check_attributes(processing, file, frozenset({"template"}))
    check_no_text(processing, file)
    for rule in processing:
        raise refuse_element(rule, file)
    template = processing.get("template", "")
    if not _MATCH_CORRECT.fullmatch(template):
        name = f"template {template[:100]}"
        raise MarkupRefused(file, line_of(processing), "a template other than match_correct", name=name)


def _choices(interaction: etree._Element, file: str) -> list[etree._Element]:
    check_attributes(interaction, file, _INTERACTION_ATTRIBUTES)
    check_no_text(interaction, file)
    if interaction.get("response-identifier") != "RESPONSE":
        raise BankRefused(file, line_of(interaction), "the interaction must answer to RESPONSE")
    if interaction.get("shuffle", "false") not in {"true", "false"}:
        raise BankRefused(file, line_of(interaction), "shuffle is neither true nor false")
    choices = list(interaction)
    if len(choices) > MAX_OPTIONS:
        raise BankTooLarge(file, line_of(interaction), f"{len(choices)} options", limit=MAX_OPTIONS)
    if len(choices) < 2:  # noqa: PLR2004 - one option is no choice
        raise BankRefused(file, line_of(interaction), f"{len(choices)} options")
    seen: set[str] = set()
    for choice in choices:
        if choice.tag != qti("qti-simple-choice"):
            raise refuse_element(choice, file)
        check_attributes(choice, file, frozenset({"identifier"}))
        identifier = choice.get("identifier", "")
        if identifier in seen:
            raise TwiceRefused(file, line_of(choice), "an option's identifier stands twice", name=identifier)
        seen.add(identifier)
    return choices


def _kind(interaction: etree._Element, file: str, options: tuple[Option, ...], cardinality: str) -> ItemKind:
    """Tell the kind; a limit on choices that the screen would not keep is refused."""
    line = line_of(interaction)
    match interaction.get("max-choices", "1"), cardinality:
        case "1", "single":
            identifiers = {option.id for option in options}
            return ItemKind.TRUE_FALSE if identifiers == {"true", "false"} else ItemKind.SINGLE_CHOICE
        case most, "multiple" if most in {"0", str(len(options))}:
            return ItemKind.MULTIPLE_CHOICE
        case most, declared:
            raise MarkupRefused(
                file, line, f"max-choices {most} with cardinality {declared}", name=f"max-choices={most[:20]}"
            )


def _check_key(
    declaration: etree._Element, file: str, options: tuple[Option, ...], correct: list[str], kind: ItemKind
) -> None:
    line = line_of(declaration)
    if not correct or len(set(correct)) != len(correct):
        raise KeyRefused(file, line, "no correct option, or one named twice")
    if not set(correct) <= {option.id for option in options}:
        raise KeyRefused(file, line, "the key names something that is no option")
    if kind is not ItemKind.MULTIPLE_CHOICE and len(correct) != 1:
        raise KeyRefused(file, line, "more than one correct option where one can be chosen")


def _pictures_in(body: Body) -> int:
    return sum(isinstance(block, Picture) for block in body)
