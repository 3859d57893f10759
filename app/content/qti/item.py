"""One assessment item: its body and interactions in both languages, its stimulus, its media, its marking.

Source: 1EdTech QTI 3.0, Assessment, Section and Item information model; 2.x is renamed into it first (`upgrade`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import (
    BankRefused,
    FileMissing,
    MarkupRefused,
    Note,
    NoteKind,
    PictureRefused,
)
from app.content.qti.body import BodyReader
from app.content.qti.choices import ChoiceReader, no_repeats
from app.content.qti.flow import Inside
from app.content.qti.includes import Includer, Shared, identified
from app.content.qti.interactions import InteractionReader, paired
from app.content.qti.keys import KeyCheck, kind_of
from app.content.qti.languages import as_ours, has_versions, named_language
from app.content.qti.naming import label_of
from app.content.qti.processing import DECLARATIONS, read_marking
from app.content.qti.shelf import Shelf, numbered
from app.content.qti.upgrade import declare_score, is_qti, upgraded
from app.content.xml import (
    LANG,
    QTI,
    check_attributes,
    check_no_text,
    line_of,
    name_of,
    qti,
    read_xml,
    refuse_element,
)
from app.exam.interactions import Interaction
from app.exam.item import Item, Stimulus, marked_by_person
from app.exam.marking import Marking, Role
from app.exam.prose import (
    BlockIf,
    Body,
    Clip,
    InlineIf,
    InlinePicture,
    Language,
    Picture,
    Printed,
    Wording,
    places_of,
    plain_text,
    walk,
)
from sync.wire.plan import Difficulty

MAX_ITEM_BYTES: Final = 1_000_000
MAX_ITEM_NODES: Final = 20_000
MAX_STYLES_BYTES: Final = 256_000

_ITEM_ATTRIBUTES: Final = frozenset(
    {"identifier", "title", "label", "adaptive", "time-dependent", "tool-name", "tool-version", "class", LANG}
)
_DECLARED: Final = frozenset(f"qti-{name}" for name in DECLARATIONS)
_ONCE: Final = frozenset({"qti-item-body", "qti-response-processing", "qti-template-processing"})
_SUPPORT: Final = frozenset({"qti-catalog-info", "apipAccessibility", "qti-apip-accessibility"})
_MATERIALS: Final = "qti-companion-materials-info"
# What a style sheet could do to a text's meaning: hide, add, number, fetch.
_STYLES_MEAN: Final = re.compile(
    rb"(?i)display\s*:\s*none|visibility\s*:\s*hidden|content\s*:|counter-|list-style|text-transform|@import|url\s*\("
)


@dataclass(frozen=True)
class Sorting:
    """What the manifest says of an item."""

    subject: str = "-"
    difficulty: Difficulty = Difficulty.MEDIUM
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadItem:
    """An item as its file gives it; `media` is by medium name."""

    item: Item
    marking: Marking
    media: Mapping[str, bytes]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Seen:
    """An item's texts as they are read in one language."""

    stimulus: Body
    stem: Body
    interactions: tuple[Interaction, ...]


@dataclass
class _Notes:
    """Collects what a keeper should know of one item, each thing once."""

    item: str
    found: dict[Note, None] = field(default_factory=dict)

    def add(self, kind: NoteKind, detail: str = "") -> None:
        self.found.setdefault(Note(kind, self.item, detail))


def read_item(archive: Archive, file: str, sorting: Sorting) -> ReadItem:
    """Read the item in `file`.

    Raises:
        BankRefused: one of its kinds; what is left out of an item is told in `notes`, and nothing else is.
    """
    root = read_xml(archive.read(file, MAX_ITEM_BYTES), file, max_nodes=MAX_ITEM_NODES)
    if not is_qti(root, "qti-assessment-item"):
        raise BankRefused(file, line_of(root), "the root is not qti-assessment-item")
    includer = Includer(archive, file)
    includer.follow(root)
    return _ItemReader(archive, file, upgraded(root), includer).read(sorting)


@dataclass
class _ItemReader:
    archive: Archive
    file: str
    root: etree._Element
    includer: Includer
    notes: _Notes = field(init=False)
    shelf: Shelf = field(init=False)

    def read(self, sorting: Sorting) -> ReadItem:
        check_attributes(self.root, self.file, _ITEM_ATTRIBUTES)
        raw = self.root.get("identifier", "").strip()
        if not raw:
            raise BankRefused(self.file, line_of(self.root), "an item without an identifier")
        item_id, changed = identified(raw)
        self.notes, self.shelf = _Notes(item_id), Shelf(self.archive, self.file)
        if changed:
            self.notes.add(NoteKind.RENAMED, raw[:100])
        if self.root.get("adaptive", "false") not in {"false", "0"}:
            raise MarkupRefused(self.file, line_of(self.root), "adaptive item", name="adaptive")
        body = self._parts()
        declare_score(self.root)
        marking = read_marking(self.root, self.file, item_id)
        if len(self.includer.shared) > 1:
            line = line_of(self.root)
            raise MarkupRefused(self.file, line, "more than one stimulus", name="<qti-assessment-stimulus-ref>")
        item = self._item(item_id, sorting, body, marking)
        found = KeyCheck(self.file, self._line_of_variable, marking).check(item.interactions)
        for kind in found:
            self.notes.add(kind)
        self._check_readable(item, body)
        self._check_template(item, marking, body)
        item, media = numbered(item, self.shelf.data)
        return ReadItem(item, marking, media, tuple(self.notes.found))

    def _parts(self) -> etree._Element:
        """Check what the item consists of, and give its body."""
        check_no_text(self.root, self.file)
        once: dict[str, etree._Element] = {}
        for child in self.root:
            name = name_of(child)
            if name in _ONCE and name not in once and child.tag == qti(name):
                once[name] = child
            elif name == "qti-assessment-stimulus-ref":
                self.includer.reference(child)
            elif name == "qti-stylesheet":
                self._styles(child)
            elif name == "qti-modal-feedback":
                self.notes.add(NoteKind.FEEDBACK_LEFT_OUT)
            elif name in _SUPPORT or (name == _MATERIALS and self._only_calculators(child)):
                self.notes.add(NoteKind.SUPPORT_LEFT_OUT)
            elif name not in _DECLARED:
                raise refuse_element(child, self.file)
        if "qti-item-body" not in once:
            raise BankRefused(self.file, line_of(self.root), "there is no qti-item-body")
        return once["qti-item-body"]

    def _only_calculators(self, element: etree._Element) -> bool:
        """Tell whether the materials to go with an item are calculators and other houses' own: the exam's matter."""
        return all(child.tag == qti("qti-calculator") for child in element if etree.QName(child).namespace == QTI)

    def _styles(self, element: etree._Element) -> None:
        """Pass a style sheet over if it only changes looks; one that is not there changes nothing."""
        line = line_of(element)
        try:
            path = resolve(element.get("href", ""), self.file, line)
            raw = self.archive.read(path, MAX_STYLES_BYTES, wanted_by=self.file, line=line)
        except FileMissing:
            raw = b""
        found = _STYLES_MEAN.search(raw)
        if found:
            name = f"stylesheet {found[0].decode('ascii', 'replace')}"
            raise MarkupRefused(self.file, line, "a style sheet that changes what is read", name=name)
        self.notes.add(NoteKind.STYLES_LEFT_OUT)

    def _line_of_variable(self, name: str) -> int:
        declared = (one for one in self.root if name_of(one) in _DECLARED and one.get("identifier") == name)
        found = next(declared, None)
        return line_of(found if found is not None else self.root)

    # ------------------------------------------------------------------------------------------ what is read

    def _item(self, item_id: str, sorting: Sorting, body: etree._Element, marking: Marking) -> Item:
        shared = next(iter(self.includer.shared), None)
        if shared:
            upgraded(shared.root)
        if has_versions(body) or (shared and has_versions(shared.root)):
            chinese, english = (self._seen(language, body, shared, marking) for language in Language)
        else:
            chinese = english = self._seen(None, body, shared, marking)
        if _things(chinese.stem) != _things(english.stem):
            raise PictureRefused(self.file, line_of(body), "a picture stands in one language only", name="<img>")
        interactions = self._paired(chinese.interactions, english.interactions, body)
        return Item(
            id=item_id,
            kind=kind_of(interactions),
            subject=sorting.subject,
            difficulty=sorting.difficulty,
            stem=Wording(chinese.stem, english.stem),
            interactions=interactions,
            media=tuple(self.shelf.names.values()),
            stimulus=Stimulus(shared.id, Wording(chinese.stimulus, english.stimulus)) if shared else None,
            enemies=sorting.enemies,
            label=label_of(self.root.get("title", ""), item_id, self.root.get("identifier", "")),
            by_person=marked_by_person(interactions, marking),
        )

    def _seen(self, language: Language | None, body: etree._Element, shared: Shared | None, marking: Marking) -> _Seen:
        visible = _visible(marking)
        reader = BodyReader(self.file, self.shelf, language, visible, self.notes.add)
        reader.look(body)
        stem = reader.body(body, Inside.INTERACTIONS | Inside.CONDITIONS)
        declared = {one.identifier: one for one in marking.declarations if one.role is Role.RESPONSE}
        interactions = InteractionReader(ChoiceReader(reader, self.shelf), declared)
        found = tuple(interactions.read(element) for element in reader.met)
        no_repeats([one.response for one in found], body, self.file)
        if not found:
            raise BankRefused(self.file, line_of(body), "there is nothing to answer")
        stimulus = self._stimulus(shared, language) if shared else ()
        return _Seen(stimulus, stem, found)

    def _stimulus(self, shared: Shared, language: Language | None) -> Body:
        shelf = replace(self.shelf, file=shared.file)  # the same shelf, with addresses beside the other file
        reader = BodyReader(shared.file, shelf, language, note=self.notes.add)
        root, found = shared.root, shared.root
        for child in root.iter(etree.Element):
            if name_of(child) in {"qti-stimulus-body", "body"}:
                found = child
                break
        if name_of(found) in {"qti-assessment-stimulus", "html"}:
            raise BankRefused(shared.file, line_of(root), "a stimulus without a body")
        if name_of(found) in {"qti-stimulus-body", "body", "div"}:
            reader.look(found)
            body = reader.body(found, Inside.NOTHING)
        else:
            body = reader.parts(root, [found], Inside.NOTHING)
        if not body:
            raise BankRefused(shared.file, line_of(root), "nothing to read here")
        return body

    def _paired(
        self, chinese: tuple[Interaction, ...], english: tuple[Interaction, ...], body: etree._Element
    ) -> tuple[Interaction, ...]:
        if chinese is english:
            return chinese
        others = {one.response: one for one in english}
        if others.keys() != {one.response for one in chinese}:
            raise MarkupRefused(self.file, line_of(body), "an interaction in one language only", name="xml:lang")
        pairs = []
        for one in chinese:
            try:
                pair: Interaction = paired(one, others[one.response])
            except ValueError:
                where = line_of(body)
                name = f"xml:lang in {one.response}"
                raise MarkupRefused(self.file, where, "an interaction differs between languages", name=name) from None
            pairs.append(pair)
        return tuple(pairs)

    # ------------------------------------------------------------------------------------------ what is checked

    def _check_readable(self, item: Item, body: etree._Element) -> None:
        """Refuse an item that says nothing, and note one that says it in one language."""
        for language in Language:
            if not _says_anything(item, language):
                raise BankRefused(self.file, line_of(body), "nothing to read here")
        if any(_things(wording.zh) != _things(wording.en) for wording in item.wordings()):
            raise PictureRefused(self.file, line_of(body), "a picture stands in one language only", name="<img>")
        if sorted(places_of(item.stem.zh)) != sorted(places_of(item.stem.en)):
            raise MarkupRefused(self.file, line_of(body), "an interaction in one language only", name="xml:lang")
        kind = _only_language(item, named_language(self.root))
        if kind:
            self.notes.add(kind)

    def _check_template(self, item: Item, marking: Marking, body: etree._Element) -> None:
        """Refuse a text that depends on a variable which no template declares."""
        named = {one.identifier for one in marking.declarations if one.role is Role.TEMPLATE}
        used = {
            piece.variable if isinstance(piece, Printed) else piece.condition.variable
            for wording in item.wordings()
            for one in wording.bodies()
            for piece in walk(one)
            if isinstance(piece, Printed | InlineIf | BlockIf)
        }
        for interaction in item.interactions:
            for option in (*getattr(interaction, "options", ()), *getattr(interaction, "rows", ())):
                used |= {option.only_if.variable} if option.only_if else set()
        if used - named:
            name = min(used - named)[:60]
            raise BankRefused(self.file, line_of(body), f"{name!r} is not a declared template variable")


def _visible(marking: Marking) -> Callable[[etree._Element], bool]:
    """Make the test whether a feedback is seen before any response: by its outcome's default value."""

    def visible(element: etree._Element) -> bool:
        declared = marking.declaration(element.get("outcome-identifier", ""))
        values = {value.text.strip() for value in declared.default} if declared else set()
        hides = element.get("show-hide", "show") == "hide"
        return (element.get("identifier", "") in values) != hides

    return visible


def _says_anything(item: Item, language: Language) -> bool:
    """Tell whether there is anything to read or see beside the options."""
    wordings = [item.stem, *(one for one in (_above(interaction) for interaction in item.interactions) if one)]
    bodies = [wording.in_language(language) for wording in wordings]
    shown = any(hasattr(interaction, "canvas") for interaction in item.interactions) or item.stimulus is not None
    return shown or any(_things(body) or plain_text(body).strip("_ \n") for body in bodies)


def _above(interaction: Interaction) -> Wording | None:
    """Give the text that an interaction brings with it."""
    return getattr(interaction, "text", None) or getattr(interaction, "prompt", None)


def _things(body: Body) -> int:
    """Count what is seen or heard and not read."""
    return sum(isinstance(piece, Picture | InlinePicture | Clip) for piece in walk(body))


def _only_language(item: Item, named: str) -> NoteKind | None:
    """Tell which language an item has only, if it has: where it says the same to both."""
    if named and as_ours(named) is None:
        return NoteKind.OTHER_LANGUAGE
    same = [plain_text(wording.zh) for wording in item.wordings() if wording.zh == wording.en]
    if any("\u3400" <= character <= "\u9fff" for text in same for character in text):
        return NoteKind.ONLY_CHINESE
    above = [item.stem, *(one for one in (_above(interaction) for interaction in item.interactions) if one)]
    told = any(one.zh == one.en and re.search("[A-Za-z]{2}", plain_text(one.en)) for one in above)
    return NoteKind.ONLY_ENGLISH if told else None
