"""Finding one's way in the handbook: search, links, the page before and after."""

import pytest

from app.exam.prose import Language
from app.handbook.book import Place, Reader, book, folded

ZH = book(Language.ZH)
EN = book(Language.EN)


@pytest.mark.parametrize(
    ("wanted", "heading"),
    [("停电", "停电、死机、程序退出"), ("白卷", "交了白卷，入场没有开考"), ("放行码", "4. 放行"), ("疏散", "紧急疏散")],
)
def test_a_proctor_finds_what_to_do_first(wanted: str, heading: str) -> None:
    hits = ZH.search(wanted, Reader.PROCTOR)
    assert heading in [hit.heading for hit in hits[:3]]
    assert hits[0].place.reader is Reader.PROCTOR


def test_headings_come_before_text_and_own_pages_before_the_others() -> None:
    hits = ZH.search("停电", Reader.CANDIDATE)
    assert hits[0].named
    assert hits[0].place.reader is Reader.CANDIDATE
    readers = [hit.place.reader for hit in hits]
    own = readers.count(Reader.CANDIDATE)
    assert set(readers[:own]) == {Reader.CANDIDATE}
    assert Reader.CANDIDATE not in readers[own:]
    assert [hit.named for hit in hits[:own]] == sorted((hit.named for hit in hits[:own]), reverse=True)


def test_all_words_are_wanted_and_width_and_case_are_no_matter() -> None:
    both = EN.search("POWER cut", Reader.PROCTOR)
    assert both
    assert len(both) < len(EN.search("cut", Reader.PROCTOR)) + len(EN.search("power", Reader.PROCTOR))
    assert EN.search("ｐｏｗｅｒ　ｃｕｔ", Reader.PROCTOR) == both
    assert folded("ＡＢ") == "ab"


def test_what_is_not_there_is_not_found_and_nothing_wanted_finds_nothing() -> None:
    assert ZH.search("量子力学", Reader.PROCTOR) == ()
    assert ZH.search("  ", Reader.PROCTOR) == ()


def test_every_hit_leads_to_its_heading() -> None:
    for hit in ZH.search("录像", Reader.ADMINISTRATOR):
        page = ZH.page(hit.place)
        assert not hit.place.anchor or hit.heading in [one.text for one in page.headings]
        assert hit.snippet


def test_pages_follow_one_another_and_end() -> None:
    place, count = ZH.first(Reader.PROCTOR), 1
    while (following := ZH.beside(place, 1)) is not None:
        assert ZH.beside(following, -1) == place
        place, count = following, count + 1
    assert count == len(ZH.of(Reader.PROCTOR))


def test_a_link_to_nowhere_is_told() -> None:
    page = ZH.page(Place(Reader.PROCTOR, "day"))
    assert ZH.target(page, "9-nothing.md") is None
    assert ZH.target(page, "6-trouble.md#nothing") is None
    assert ZH.target(page, "../../en/proctor/1-day.md") is None, "another language is another book"
    assert ZH.target(page, "6-trouble.md") == Place(Reader.PROCTOR, "trouble")
    with pytest.raises(KeyError):
        ZH.page(Place(Reader.PROCTOR, "nothing"))
