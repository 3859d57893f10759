"""Items as a package's header tells of them, and blueprints over them."""

from sync.wire.package import Blob, PackedItem, PackedOptions
from sync.wire.plan import Bilingual, BlueprintSection, Difficulty, ItemKind

BLOB = Blob(offset=0, length=28, sha256="0" * 64)
TITLE = Bilingual(zh="部分", en="Section")
PACKAGE = "ab" * 32
SEED = "0123456789abcdef" * 4
SUBJECTS = ("fire", "law")
LEVELS = tuple(Difficulty)
OPTIONS = {
    ItemKind.TRUE_FALSE: (),
    ItemKind.SINGLE_CHOICE: ("A", "B", "C", "D"),
    ItemKind.MULTIPLE_CHOICE: ("A", "B", "C", "D", "E"),
}
KINDS = tuple(OPTIONS)


def packed(
    name: str,
    kind: ItemKind = ItemKind.SINGLE_CHOICE,
    subject: str = "fire",
    *,
    difficulty: Difficulty = Difficulty.EASY,
    shuffles: tuple[PackedOptions, ...] | None = None,
    stimulus: str | None = None,
    enemies: tuple[str, ...] = (),
) -> PackedItem:
    """Make an item; without `shuffles`, one set of the options that its kind has here."""
    usual = tuple(PackedOptions(name="RESPONSE", options=options) for options in (OPTIONS.get(kind, ()),) if options)
    return PackedItem(
        item=name,
        kind=kind,
        subject=subject,
        difficulty=difficulty,
        shuffles=usual if shuffles is None else shuffles,
        stimulus=stimulus,
        enemies=enemies,
        choices=len(OPTIONS.get(kind, ())),
        content=BLOB,
        marking=BLOB,
    )


def section(
    count: int,
    kind: ItemKind | None = None,
    subject: str | None = None,
    *,
    difficulty: Difficulty | None = None,
    milli: int = 1000,
    items: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    shuffle: bool = True,
) -> BlueprintSection:
    """Make a section."""
    return BlueprintSection(
        title=TITLE,
        count=count,
        milli_each=milli,
        kind=kind,
        subject=subject,
        difficulty=difficulty,
        items=items,
        required=required,
        shuffle=shuffle,
    )


BANK = tuple(
    packed(f"{kind.value[:2]}{number:02}", kind, SUBJECTS[number % 2], difficulty=LEVELS[number % 3])
    for kind in KINDS
    for number in range(12)
)
"""Twelve items of each kind: six of each subject, four of each difficulty."""
