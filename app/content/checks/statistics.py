"""Figures of a bank: what is in it, how long it is, how its keys lie, and what one form takes of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.content.bank import Bank
from app.content.checks.draws import exposures, independent_forms
from app.content.checks.keys import key_letter
from app.content.checks.language import only_language
from app.content.checks.said import asked, offered
from app.exam.interactions import Choice
from app.exam.pools import BlueprintUnmet, pools_of
from app.exam.prose import Language
from sync.wire.package import ItemFacts
from sync.wire.plan import ItemKind

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the most of some figures; all 0 of none."""

    least: int
    median: int
    most: int


@dataclass(frozen=True)
class FormFigures:
    """What one form by the bank's blueprint takes: so many items, so many of a thousand of the bank's.

    `independent_forms`: how many without a common item there can be at most. `exposure_permille`: for each section,
    how many of a thousand candidates meet one of its items on average.
    """

    items: int
    share_permille: int
    independent_forms: int
    exposure_permille: tuple[int, ...]


@dataclass(frozen=True)
class Statistics:
    """The figures. `languages`: "both", "zh", "en". `characters`: of what an item asks and offers, in Chinese.

    `options`: by how many a choice has. `true_false` and `positions`: how often a key is that.
    """

    items: int
    kinds: Counts
    subjects: Counts
    difficulties: Counts
    languages: Counts
    options: Counts
    characters: Spread
    media_files: int
    media_bytes: int
    true_false: Counts
    positions: Counts
    form: FormFigures | None


def statistics_of(bank: Bank, facts: Sequence[ItemFacts]) -> Statistics:
    """Count; `facts` as in `check_draws`."""
    judged = [item for item in bank.items if item.kind is ItemKind.TRUE_FALSE]
    choosing = [one for item in bank.items for one in item.interactions if isinstance(one, Choice)]
    lengths = sorted(
        len(
            "".join(
                [
                    asked(item, Language.ZH),
                    *(t for one in item.interactions for t in offered(one, Language.ZH).values()),
                ]
            )
        )
        for item in bank.items
    )
    return Statistics(
        items=len(bank.items),
        kinds=_counted(item.kind.value for item in bank.items),
        subjects=_counted(item.subject for item in bank.items),
        difficulties=_counted(item.difficulty.value for item in bank.items),
        languages=_counted(only.value if (only := only_language(item)) else "both" for item in bank.items),
        options=_counted(str(len(one.options)) for one in choosing),
        characters=Spread(lengths[0], lengths[len(lengths) // 2], lengths[-1]) if lengths else Spread(0, 0, 0),
        media_files=len(bank.media),
        media_bytes=sum(map(len, bank.media.values())),
        true_false=_counted(
            key for item in judged for key in bank.markings[item.id].correct(item.interactions[0].response)
        ),
        positions=_counted(filter(None, (key_letter(item, bank.markings[item.id]) for item in bank.items))),
        form=_form(bank, facts),
    )


def _counted(values: Iterable[str]) -> Counts:
    return dict(sorted(Counter(values).items()))


def _form(bank: Bank, facts: Sequence[ItemFacts]) -> FormFigures | None:
    if bank.blueprint is None or not facts:
        return None
    try:
        pools = pools_of(facts, bank.blueprint)
    except BlueprintUnmet:
        return None
    count = sum(section.count for section in bank.blueprint.sections)
    return FormFigures(
        count, min(1000, 1000 * count // len(bank.items)), independent_forms(pools), tuple(exposures(pools))
    )
