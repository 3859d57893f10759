"""The pages themselves: true to the screens, complete, the same in both languages."""

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from app.cli.main import app as program
from app.exam.prose import Language
from app.handbook.book import Book, Page, Reader, book, handbook_folder, lines_of, text_of
from app.handbook.markdown import Commands, Figure, Kind, Note, Tone
from app.words import Words
from tests.app.handbook.quoted import commands, keys_said, quotes
from tests.app.words.test_words import LATIN, LATIN_IN_CHINESE
from tests.handbook_pictures import PICTURES

MOST_BYTES = 3_000_000
MOST_CHINESE = 120
"""The longest sentence a proctor reads standing, in characters."""
OWN_LATIN = {"Debian": "a system's own name", "OVERDUE": "", "examroom-seat": "the package"}
FAILURES = {
    "proctor": {
        "power": ("停电", "Power cut"),
        "dead": ("坏了，换一台", "is broken"),
        "camera": ("摄像头或麦克风", "Camera or microphone"),
        "network": ("没有网络", "No network"),
        "document": ("没有证件", "No document"),
        "late": ("迟到", "Late"),
        "evacuation": ("疏散", "Evacuation"),
        "twice": ("两台机器", "two PCs"),
        "clock": ("时钟", "clock"),
        "disk": ("磁盘满", "disk is full"),
        "paper": ("试卷发错", "wrong paper"),
        "erratum": ("题目有错", "item is wrong"),
        "dispute": ("不服成绩", "disputes the score"),
        "cheating": ("作弊", "Cheating"),
        "remote": ("远程控制", "Remote control"),
        "wrong seat": ("结束错了", "wrong seat"),
        "blank": ("白卷", "Nothing answered"),
    }
}
"""What goes wrong in an exam room, each by a word of its heading (zh, en)."""

PROGRAM = get_command(program)
EVERY = [(language, page) for language in Language for page in book(language).pages]
each_page = pytest.mark.parametrize(
    ("language", "page"), EVERY, ids=[f"{language.value}-{page.reader.value}-{page.name}" for language, page in EVERY]
)


@each_page
def test_what_is_quoted_stands_on_a_screen_just_so(language: Language, page: Page) -> None:
    assert [said for said in quotes(page) if not keys_said(said, language)] == []


@each_page
def test_every_link_leads_somewhere(language: Language, page: Page) -> None:
    targets = [run.target for block in page.blocks for runs in lines_of(block) for run in runs if run.kind is Kind.LINK]
    assert [target for target in targets if book(language).target(page, target) is None] == []


@each_page
def test_every_command_exists_with_its_options(language: Language, page: Page) -> None:
    del language
    for line in commands(page):
        words = line[line.index("examroom ") :].split()[1:]
        group: object = PROGRAM
        while isinstance(group, TyperGroup) and words:
            assert words[0] in group.commands, line
            group = group.commands[words.pop(0)]
        known = {option for one in getattr(group, "params", ()) for option in one.opts}
        assert [word for word in words if word.startswith("--") and word not in known] == [], line


@each_page
def test_every_picture_is_there_and_its_caption_has_as_many_numbers(language: Language, page: Page) -> None:
    marked = {drawn.name: len(drawn.marked) for drawn in PICTURES}
    for figure in (block for block in page.blocks if isinstance(block, Figure)):
        file = (page.file.parent / figure.source).resolve()
        assert file.is_file()
        assert file.parent.parent.name == language.value
        assert len(re.findall("[①-⑳]", figure.caption)) == marked[file.stem], figure.caption


def test_no_picture_is_left_over_and_they_are_small() -> None:
    for language in Language:
        shown = {
            Path(block.source).stem
            for page in book(language).pages
            for block in page.blocks
            if isinstance(block, Figure)
        }
        assert shown == {drawn.name for drawn in PICTURES}
        assert {file.stem for file in (handbook_folder() / language.value / "pictures").iterdir()} == shown
    assert sum(file.stat().st_size for file in handbook_folder().rglob("*") if file.is_file()) < MOST_BYTES


def test_both_languages_have_the_same_pages_and_blocks() -> None:
    chinese, english = (book(language) for language in Language)
    assert _shape(chinese) == _shape(english)


def _shape(of: Book) -> list[tuple[str, str, str, list[str]]]:
    """Give what does not depend on the language: the files, and of each block its kind and how much it holds."""
    return [
        (page.reader.value, page.name, page.file.name, [_kind(block) for block in page.blocks]) for page in of.pages
    ]


def _kind(block: object) -> str:
    match block:
        case Commands(lines=lines):
            return f"commands {len(lines)}"
        case Figure(source=source):
            return f"figure {source}"
        case Note(tone=tone):
            return f"note {tone}"
        case _:
            count = len(lines_of(block)) if not isinstance(block, str) else 0  # type: ignore[arg-type]
            return f"{type(block).__name__} {getattr(block, 'level', count)}"


def test_both_languages_point_at_the_same_things_on_the_screens() -> None:
    for zh, en in zip(book(Language.ZH).pages, book(Language.EN).pages, strict=True):
        named = frozenset().union(*(keys_said(said, Language.EN) for said in quotes(en)))
        alone = [said for said in quotes(zh) if not keys_said(said, Language.ZH) & named]
        assert alone == [], (zh.name, "quoted in Chinese only")


def test_every_reader_has_the_order_of_the_day_and_a_page_for_trouble() -> None:
    for language in Language:
        for reader in Reader:
            names = [page.name for page in book(language).of(reader)]
            assert "trouble" in names, (language, reader)
            assert [int(page.file.name.split("-")[0]) for page in book(language).of(reader)] == [
                *range(1, len(names) + 1)
            ]


@pytest.mark.parametrize("language", Language)
def test_every_failure_says_what_is_seen_what_is_safe_and_what_to_do(language: Language) -> None:
    page = next(one for one in book(language).of(Reader.PROCTOR) if one.name == "trouble")
    headings = [heading.text for heading in page.headings]
    at = list(Language).index(language)
    missing = [name for name, words in FAILURES["proctor"].items() if not any(words[at] in one for one in headings)]
    assert missing == []
    safe = sum(isinstance(block, Note) and block.tone is Tone.SAFE for block in page.blocks)
    assert safe >= len(FAILURES["proctor"]) - 1, "cheating is told of elsewhere"


def test_chinese_pages_hold_no_english_but_a_few_names_and_commands() -> None:
    foreign: dict[str, set[str]] = {}
    for page in book(Language.ZH).pages:
        runs = [run for block in page.blocks for line in lines_of(block) for run in line]
        told = " ".join(run.text for run in runs if run.kind is not Kind.COMMAND)
        told += " ".join(text_of(block) for block in page.blocks if isinstance(block, Figure))
        strange = set(LATIN.findall(told)) - LATIN_IN_CHINESE.keys() - OWN_LATIN.keys()
        if strange:
            foreign[page.name] = strange
    assert foreign == {}


def test_english_pages_hold_no_chinese() -> None:
    han = re.compile(r"[\u3400-\u9fff]")
    assert [page.name for page in book(Language.EN).pages if han.search(" ".join(map(text_of, page.blocks)))] == []


def test_chinese_pages_have_chinese_punctuation_and_short_sentences() -> None:
    for page in book(Language.ZH).pages:
        for block in page.blocks:
            if isinstance(block, Commands):
                continue
            text = text_of(block)
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]", text), (page.name, text)
            assert all(len(part) <= MOST_CHINESE for part in re.split(r"[。！？]| ", text)), (page.name, text)


def test_the_trouble_screens_lead_says_what_the_screen_says() -> None:
    assert Words(Language.ZH)("screen.tools.handbook") in {
        said for page in book(Language.ZH).of(Reader.PROCTOR) for said in quotes(page)
    }
