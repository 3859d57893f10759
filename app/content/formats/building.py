"""From what all the older formats say (options and fractions, accepted texts, pairs …) to items and markings."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from app.content.bank import BankTooLarge, KeyRefused
from app.content.formats.found import Found, Media
from app.content.formats.rules import (
    OF_ONE,
    RESPONSE,
    Rule,
    by_mapping,
    by_rules,
    in_parts,
    mapped,
    matched,
    places_in_order,
    processing,
    share,
    unmarked,
)
from app.content.packing.blobs import item_bytes, marking_bytes
from app.content.qti.keys import kind_of
from app.content.qti.naming import label_of
from app.content.qti.shelf import numbered
from app.exam.interactions import Choice, ExtendedText, Interaction, Match, Option, Order, TextEntry
from app.exam.item import Item, Stimulus, marked_by_person
from app.exam.marking import (
    MATCH_CORRECT,
    BaseType,
    Cardinality,
    Declaration,
    MapEntry,
    Marking,
    Role,
    Written,
    match_correct,
)
from app.exam.prose import Block, Body, Paragraph, Place, Wording, text_body
from sync.wire.plan import Difficulty

MAX_OPTIONS: Final = 100
ONE: Final = Decimal(1)
NONE: Final = Decimal(0)

_ITEM_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_NO_SUBJECT_CHARACTER: Final = re.compile(r"[^\w .·&+/()（）、\-]+")
_MAX_SUBJECT: Final = 60
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NO_SUBJECT: Final = "-"

TRUE: Final = Wording(text_body("正确"), text_body("True"))
FALSE: Final = Wording(text_body("错误"), text_body("False"))


@dataclass(frozen=True)
class Sorting:
    """Where an item belongs."""

    subject: str = NO_SUBJECT
    difficulty: Difficulty = Difficulty.MEDIUM
    enemies: tuple[str, ...] = ()
    stimulus: Stimulus | None = None


@dataclass(frozen=True)
class Draft:
    """An item that has no id yet; its marking names none either."""

    stem: Wording
    interactions: tuple[Interaction, ...]
    marking: Marking


def finish(draft: Draft, name: str, sorting: Sorting, media: Media, place: str, title: str = "") -> Found:
    """Give a draft its id: `name`, its author's identifier, where it can be one, else a digest of all it says.

    What else its author calls it, `title` or a name that can be no id, becomes its label.
    """
    item, data = numbered(
        Item(
            id="_",
            kind=kind_of(draft.interactions),
            subject=sorting.subject,
            difficulty=sorting.difficulty,
            stem=draft.stem,
            interactions=draft.interactions,
            media=media.media,
            stimulus=sorting.stimulus,
            enemies=sorting.enemies,
            by_person=marked_by_person(draft.interactions, draft.marking),
        ),
        media.data,
    )
    told = name if _ITEM_ID.fullmatch(name) else f"i-{_digest(name, item, draft.marking, data)[:24]}"
    return Found(
        replace(item, id=told, label=label_of(title or name, told)), replace(draft.marking, item=told), data, place
    )


def subject_of(names: Iterable[str]) -> str:
    """Make a subject of the names of nested categories, the widest first; "-" if nothing is left of them."""
    clean = [_NO_SUBJECT_CHARACTER.sub(" ", name.replace("/", " ")) for name in names]
    parts = [name.strip(" .·&+()（）、-") for name in (" ".join(one.split()) for one in clean)]
    whole = "/".join(part for part in parts if part)
    return (
        whole if len(whole) <= _MAX_SUBJECT else next(part for part in reversed(parts) if part)[:_MAX_SUBJECT].strip()
    ) or NO_SUBJECT


def true_false(stem: Wording, *, correct: bool) -> Draft:
    """Make a true/false item."""
    options = (Option("true", TRUE), Option("false", FALSE))
    key = "true" if correct else "false"
    return Draft(
        with_place(stem),
        (Choice(RESPONSE, None, options, max_choices=1),),
        match_correct("", Cardinality.SINGLE, (key,)),
    )


def single_choice(
    stem: Wording, options: Sequence[tuple[Wording, Decimal]], place: tuple[str, int], *, shuffle: bool = True
) -> Draft:
    """Make a choice of one option; each earns its fraction.

    Raises:
        KeyRefused: no option earns everything, or more than one does.
        BankTooLarge: more options than an item may have.
    """
    named = _named([wording for wording, _ in options], place)
    fractions = [fraction for _, fraction in options]
    best = [option.id for option, fraction in zip(named, fractions, strict=True) if fraction == ONE]
    if len(best) != 1:
        raise KeyRefused(*place, f"{len(best)} options are fully correct, where one can be chosen")
    if all(fraction in (NONE, ONE) for fraction in fractions):
        marking = match_correct("", Cardinality.SINGLE, tuple(best))
    else:
        entries = _entries([(option.id, value) for option, value in zip(named, fractions, strict=True)])
        # a wrong option may take marks away, as it does in Moodle
        marking = by_mapping("", mapped(RESPONSE, Cardinality.SINGLE, BaseType.IDENTIFIER, best, entries))
    choice = Choice(RESPONSE, None, named, max_choices=1, shuffle=shuffle)
    return Draft(with_place(stem), (choice,), marking)


def multiple_choice(
    stem: Wording,
    options: Sequence[tuple[Wording, Decimal]],
    place: tuple[str, int],
    *,
    shuffle: bool = True,
    whole: bool = False,
) -> Draft:
    """Make a choice of several options; `whole`: exactly the right ones earn, else each earns its fraction.

    Raises:
        KeyRefused: no option is correct, or all correct ones together do not earn everything.
        BankTooLarge: more options than an item may have.
    """
    named = _named([wording for wording, _ in options], place)
    fractions = [in_parts(fraction) for _, fraction in options]
    correct = tuple(option.id for option, fraction in zip(named, fractions, strict=True) if fraction > 0)
    if not correct:
        raise KeyRefused(*place, "no option is correct")
    if whole:
        marking = match_correct("", Cardinality.MULTIPLE, correct)
    else:
        reached = sum((fraction for fraction in fractions if fraction > 0), NONE)
        if reached < Decimal("0.99"):
            raise KeyRefused(*place, f"the correct options together earn {reached:.2f} of 1")
        entries = _entries([(option.id, value) for option, value in zip(named, fractions, strict=True)])
        marking = by_mapping("", mapped(RESPONSE, Cardinality.MULTIPLE, BaseType.IDENTIFIER, correct, entries))
    choice = Choice(RESPONSE, None, named, max_choices=0, shuffle=shuffle)
    return Draft(with_place(stem), (choice,), marking)


def text_entry(stem: Wording, rules: Sequence[Rule], place: tuple[str, int], *, placed: bool = False) -> Draft:
    """Make an item whose response is typed; `placed`: its place is in the stem already.

    Raises:
        KeyRefused: nothing that could be typed earns everything.
    """
    check_rules(rules, place)
    marking = by_rules("", RESPONSE, rules)
    entry = TextEntry(RESPONSE)
    return Draft(stem if placed else with_line(stem), (entry,), marking)


def check_rules(rules: Sequence[Rule], place: tuple[str, int]) -> None:
    """Refuse rules by which nobody could earn everything.

    Raises:
        KeyRefused: there are none, or the best earns less or more than 1.
    """
    if not rules or max(rule.fraction for rule in rules) != ONE:
        raise KeyRefused(*place, "no answer is fully correct")


def extended_text(stem: Wording, lines: int = 0) -> Draft:
    """Make an item that a person marks."""
    declaration = Declaration(Role.RESPONSE, RESPONSE, Cardinality.SINGLE, BaseType.STRING)
    entry = ExtendedText(RESPONSE, None, expected_lines=lines)
    return Draft(with_place(stem), (entry,), unmarked("", declaration))


def matching(
    stem: Wording,
    pairs: Sequence[tuple[Wording, Wording]],
    others: Sequence[Wording],
    place: tuple[str, int],
    *,
    shuffle: bool = True,
    whole: bool = False,
) -> Draft:
    """Make a match of rows to columns; equal columns become one, `others` are columns that belong to no row.

    Raises:
        KeyRefused: fewer than two rows.
        BankTooLarge: more rows or columns than an item may have.
    """
    if len(pairs) < 2:  # noqa: PLR2004 - one row is no match
        raise KeyRefused(*place, f"{len(pairs)} pairs to match")
    columns: dict[Wording, str] = {}
    for wording in (*(column for _, column in pairs), *others):
        columns.setdefault(wording, f"C{len(columns) + 1}")
    if max(len(pairs), len(columns)) > MAX_OPTIONS:
        raise BankTooLarge(*place, "too many pairs", limit=MAX_OPTIONS)
    rows = tuple(Option(f"R{at}", row) for at, (row, _) in enumerate(pairs, start=1))
    # 0: a column may serve as many rows as wanted
    answers = tuple(Option(name, wording, match_max=0) for wording, name in columns.items())
    correct = tuple(f"{row.id} {columns[column]}" for row, (_, column) in zip(rows, pairs, strict=True))
    marking = _pairs_marking(correct, whole=whole)
    if not shuffle:  # each beside its own row would show the key
        answers = tuple(sorted(answers, key=_by_text))
    match = Match(RESPONSE, None, rows, answers, max_associations=len(rows), shuffle=shuffle)
    return Draft(with_place(stem), (match,), marking)


def ordering(
    stem: Wording, options: Sequence[Wording], place: tuple[str, int], *, by_place: bool = False, shuffle: bool = True
) -> Draft:
    """Make an order, `options` in the right one; `by_place`: each at its place earns its part.

    Raises:
        KeyRefused: fewer than two options.
        BankTooLarge: more options than an item may have.
    """
    named = _named(options, place)
    correct = tuple(option.id for option in named)
    declaration = Declaration(
        Role.RESPONSE,
        RESPONSE,
        Cardinality.ORDERED,
        BaseType.IDENTIFIER,
        correct=tuple(Written(value) for value in correct),
    )
    rules = processing(places_in_order(RESPONSE, "SCORE", correct)) if by_place else MATCH_CORRECT
    # in the order of their texts: the right order must not be the one that is shown
    shown = tuple(sorted(named, key=_by_text))
    order = Order(RESPONSE, None, shown, shuffle=shuffle)
    return Draft(with_place(stem), (order,), Marking("", (declaration, OF_ONE), rules))


def _by_text(option: Option) -> bytes:
    """Give a key of order that says nothing of the right one."""
    return hashlib.sha256(repr(option.wording).encode()).digest()


def with_place(stem: Wording, response: str = RESPONSE) -> Wording:
    """Put an interaction's place below the stem."""
    here: tuple[Block, ...] = (Place(response),)
    return Wording(stem.zh + here, stem.en + here)


def with_line(stem: Wording, response: str = RESPONSE) -> Wording:
    """Put the place of something that is typed on a line below the stem."""
    here: tuple[Block, ...] = (Paragraph((Place(response),)),)
    return Wording(stem.zh + here, stem.en + here)


def same(body: Body) -> Wording:
    """Say the same in both languages."""
    return Wording(body, body)


def _pairs_marking(correct: tuple[str, ...], *, whole: bool) -> Marking:
    if whole:
        declaration = Declaration(
            Role.RESPONSE,
            RESPONSE,
            Cardinality.MULTIPLE,
            BaseType.DIRECTED_PAIR,
            correct=tuple(Written(value) for value in correct),
        )
        return Marking("", (declaration, OF_ONE), processing(matched(RESPONSE, "SCORE")))
    part = share(len(correct))
    entries = _entries([(pair, part) for pair in correct])
    return by_mapping("", mapped(RESPONSE, Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct, entries))


def _named(wordings: Sequence[Wording], place: tuple[str, int]) -> tuple[Option, ...]:
    if len(wordings) < 2:  # noqa: PLR2004 - one option is no choice
        raise KeyRefused(*place, f"{len(wordings)} options")
    if len(wordings) > MAX_OPTIONS:
        raise BankTooLarge(*place, f"{len(wordings)} options", limit=MAX_OPTIONS)
    if len(set(wordings)) != len(wordings):
        raise KeyRefused(*place, "two options say the same")
    names = _LETTERS if len(wordings) <= len(_LETTERS) else [f"O{at}" for at in range(1, len(wordings) + 1)]
    return tuple(Option(name, wording) for name, wording in zip(names, wordings, strict=False))


def _entries(values: Iterable[tuple[str, Decimal]]) -> tuple[MapEntry, ...]:
    return tuple(MapEntry(key, float(value)) for key, value in values if value)


def _digest(name: str, item: Item, marking: Marking, media: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(name.encode() + b"\0" + item_bytes(item) + marking_bytes(marking))
    for medium in item.media:
        digest.update(hashlib.sha256(media[medium.name]).digest())
    return digest.hexdigest()
