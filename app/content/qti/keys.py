"""What an item's key must be: there, of options that exist, as many as can be chosen; and what kind of item it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from app.content.bank import KeyRefused, NoteKind
from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Order,
    Slider,
    TextEntry,
)
from app.exam.marking import Declaration, Marking
from app.exam.prose import Gap, Hot, plain_text, walk
from sync.wire.plan import ItemKind

_KINDS: Final = {
    InlineChoice: ItemKind.INLINE_CHOICE,
    TextEntry: ItemKind.TEXT_ENTRY,
    ExtendedText: ItemKind.EXTENDED_TEXT,
    Order: ItemKind.ORDER,
    Match: ItemKind.MATCH,
    Associate: ItemKind.ASSOCIATE,
    GapMatch: ItemKind.GAP_MATCH,
    Hottext: ItemKind.HOTTEXT,
    Hotspot: ItemKind.HOTSPOT,
    GraphicGapMatch: ItemKind.GRAPHIC_GAP_MATCH,
    Slider: ItemKind.SLIDER,
}
_TRUE: Final = frozenset({"正确", "对", "true", "right", "correct", "√", "✓"})
_FALSE: Final = frozenset({"错误", "错", "不正确", "false", "wrong", "incorrect", "×", "✗"})


def kind_of(interactions: tuple[Interaction, ...]) -> ItemKind:
    """Tell what a candidate has to do, from an item's interactions; several blanks of one kind are that kind."""
    kinds = {type(one) for one in interactions}
    blanks = len(kinds) == 1 and kinds <= {TextEntry, InlineChoice}
    if len(interactions) != 1 and not blanks:
        return ItemKind.COMPOSITE
    only = interactions[0]
    if not isinstance(only, Choice):
        return _KINDS[type(only)]
    if only.max_choices != 1:
        return ItemKind.MULTIPLE_CHOICE
    return ItemKind.TRUE_FALSE if _is_true_or_false(only) else ItemKind.SINGLE_CHOICE


def _is_true_or_false(choice: Choice) -> bool:
    if len(choice.options) != 2:  # noqa: PLR2004 - true and false
        return False
    if {option.id.lower() for option in choice.options} == {"true", "false"}:
        return True
    said = [plain_text(option.wording.zh).strip().strip("。.").lower() for option in choice.options]
    return any(one in _TRUE and other in _FALSE for one, other in (said, said[::-1]))


@dataclass(frozen=True)
class _Answers:
    """What can be answered: single values, or what may stand first and second in a pair; None: anything."""

    first: frozenset[str] | None
    second: frozenset[str] | None = None
    most: int = 0


def _ids(things: Iterable[object]) -> frozenset[str]:
    return frozenset(str(getattr(one, "id", "")) for one in things)


def _answers(interaction: Interaction) -> _Answers:  # noqa: PLR0911 - a line for each interaction
    match interaction:
        case Choice() | Order():
            return _Answers(_ids(interaction.options), most=interaction.max_choices)
        case InlineChoice():
            return _Answers(_ids(interaction.options), most=1)
        case Match():
            return _Answers(_ids(interaction.rows), _ids(interaction.columns), interaction.max_associations)
        case Associate():
            both = _ids(interaction.options)
            return _Answers(both, both, interaction.max_associations)
        case GapMatch():
            gaps = _ids(one for one in walk(interaction.text.zh) if isinstance(one, Gap))
            return _Answers(_ids(interaction.options), gaps, interaction.max_associations)
        case GraphicGapMatch():
            return _Answers(_ids(interaction.options), _ids(interaction.areas), interaction.max_associations)
        case Hottext():
            hots = _ids(one for one in walk(interaction.text.zh) if isinstance(one, Hot))
            return _Answers(hots, most=interaction.max_choices)
        case Hotspot():
            return _Answers(_ids(interaction.areas), most=interaction.max_choices)
        case TextEntry() | ExtendedText() | Slider():
            return _Answers(None)


@dataclass(frozen=True)
class KeyCheck:
    """Checks the key of the item in a file; `line` is where a variable is declared."""

    file: str
    line: Callable[[str], int]
    marking: Marking

    def check(self, interactions: tuple[Interaction, ...]) -> tuple[NoteKind, ...]:
        """Check every response's key, and tell what a keeper should know.

        Raises:
            KeyRefused: a key that is missing where nobody could earn anything, or that names no option, names one
                twice, or is more than can be chosen.
        """
        notes = []
        for interaction in interactions:
            declared = self.marking.declaration(interaction.response)
            if declared is None:
                continue  # the reader of interactions has refused it
            self._check_values(interaction, declared)
            if not self.marking.has_key(declared):
                if not isinstance(interaction, TextEntry | ExtendedText):
                    raise KeyRefused(self.file, self.line(declared.identifier), "no correct response")
                notes.append(NoteKind.HUMAN_MARKED)
        if self.marking.response is None and NoteKind.HUMAN_MARKED not in notes:
            notes.append(NoteKind.NO_RULES)
        return tuple(dict.fromkeys(notes))

    def _check_values(self, interaction: Interaction, declared: Declaration) -> None:
        answers = _answers(interaction)
        if answers.first is None:
            return
        line = self.line(declared.identifier)
        correct = [value.text.strip() for value in declared.correct]
        mapped = [entry.key.strip() for entry in declared.mapping.entries] if declared.mapping else []
        for key in (*correct, *mapped):
            if not _possible(key, answers):
                raise KeyRefused(self.file, line, "the key names something that is no option")
        if len(set(correct)) != len(correct):
            raise KeyRefused(self.file, line, "the key names an option twice")
        if answers.most and len(correct) > answers.most:
            raise KeyRefused(self.file, line, "more correct options than can be chosen")


def _possible(key: str, answers: _Answers) -> bool:
    if answers.second is None:
        return key in (answers.first or ())
    first, _, second = key.partition(" ")
    return first in (answers.first or ()) and second.strip() in answers.second
