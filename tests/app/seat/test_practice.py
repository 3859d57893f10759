"""The practice items: readable, in both languages, of three kinds."""

from app.exam.prose import Language
from app.seat.practice import practice_items
from sync.wire.plan import ItemKind


def test_there_are_three_kinds_to_try() -> None:
    kinds = [practised.item.kind for practised in practice_items()]
    assert kinds == [ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TEXT_ENTRY]


def test_each_says_in_both_languages_that_it_is_practice() -> None:
    for practised in practice_items():
        texts = {language: str(getattr(practised.item.stem, language.value)) for language in Language}
        assert "练习" in texts[Language.ZH]
        assert "Practice" in texts[Language.EN]
        assert texts[Language.ZH] != texts[Language.EN]
