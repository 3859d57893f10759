from dataclasses import replace

import pytest

from app.content.checks.finding import Code
from app.content.checks.screen import PAGE, ems, item_height
from app.content.qti.reading import read_bank
from app.exam.item import Stimulus
from app.exam.prose import Cell, Language, Listing, Picture, Table, Wording
from app.resources import resource_folder
from tests.app.content.banks import png
from tests.app.content.checks.small import STEMS, WORDS, bank, body, codes, right, single, the, wording


def test_a_long_stem_will_need_scrolling() -> None:
    of = bank((single("a", ("检查通风设备运行情况" * 60, "Short?")), right("a", "A")))
    facts = the(of, Code.SCROLLS).facts
    assert facts["page"] == PAGE
    assert int(facts["height"]) > PAGE


def test_an_item_grows_by_its_lines_options_pictures_lists_and_tables() -> None:
    def height(*before: object, offers: int = 4) -> float:
        one = single("a", STEMS[0], WORDS[:offers])
        shown = replace(one, stem=Wording((*before, *one.stem.zh), one.stem.en))  # type: ignore[arg-type]
        of = bank((shown, right("a", "A")), media={("a", "1.png"): png(400, 300)})
        return item_height(of, shown, Language.ZH)

    plain = height()
    assert height(offers=3) == plain - 70
    assert height(*body("字" * 38)) < height(*body("字" * 39)) < height(*body("字" * 38), *body("字"))
    assert height(*body("a" * 76)) == height(*body("字" * 38))
    assert height(Picture("1.png", "图")) == plain + 312
    assert height(Listing((body("一"), body("二")))) == height(*body("一"), *body("二"))
    assert height(Table(((Cell(body("一")), Cell(body("二"))),))) == height(*body("一"))


def test_a_long_stimulus_is_noted_once_for_its_set() -> None:
    told = Stimulus("case-1", wording("事故经过如下所述" * 100, "Short."))
    items = [replace(single(name, STEMS[place]), stimulus=told) for place, name in enumerate("ab")]
    of = bank(*((one, right(one.id, "A")) for one in items))
    assert the(of, Code.STIMULUS_SCROLLS).facts["name"] == "case-1"
    assert Code.SCROLLS not in codes(of)


def test_a_key_that_is_much_the_longest_in_both_languages_is_noted() -> None:
    zh, en = (
        "先检测气体浓度，再通风，然后持续监测并有人监护",
        "First test the air, then ventilate, then watch all the time",
    )
    of = bank((single("a", STEMS[0], ((zh, en), *WORDS[1:])), right("a", "A")))
    assert codes(of) == [Code.KEY_LONGEST]
    assert codes(bank((single("a", STEMS[0], ((zh, "Test"), *WORDS[1:])), right("a", "A")))) == []
    assert codes(bank((single("a", STEMS[0], ((zh, en), *WORDS[1:])), right("a", "B")))) == []


@pytest.mark.parametrize(("text", "width"), [("中文", 2.0), ("ab", 1.0), ("，", 1.0), ("", 0.0)])
def test_a_latin_letter_is_half_a_chinese_character(text: str, width: float) -> None:
    assert ems(text) == width


def test_of_the_sample_bank_only_what_has_a_picture_needs_scrolling() -> None:
    of, rejected = read_bank(resource_folder() / "sample-bank")
    assert rejected == ()
    tall = {one.id for one in of.items if max(item_height(of, one, language) for language in Language) > PAGE}
    assert tall
    assert tall <= {one.id for one in of.items if one.media}
