"""`content preview` and `content gallery`: what is written is what a candidate sees."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.cli.content import gallery
from app.cli.content.gallery import SHOTS, index_page, item_files, key_of
from app.content.qti.reading import read_item_file
from app.exam.item import is_complete
from app.exam.prose import Language
from app.seat.preview import Previewer, PreviewSettings
from sync.wire.plan import ItemKind
from tests.app.cli.terminal import Terminal, Told

ITEMS = {file.stem: file for file in item_files()}
LONG = "17-case"


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> QApplication:
    return qapp


def previewed(name: str, png: Path, *options: str, language: str = "en") -> Told:
    return Terminal(language).run("content", "preview", ITEMS[name], "--png", png, *options)


def test_the_command_needs_no_display_and_says_nothing_else(tmp_path: Path) -> None:
    png = tmp_path / "item.png"
    program = [sys.executable, "-m", "app.cli.main", "content", "preview", str(ITEMS["09-match"]), "--png", str(png)]
    ended = subprocess.run(program, capture_output=True, text=True, check=False, env={"LANG": "zh_CN.UTF-8"})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"已写出预览：{png}\n"
    assert QImage(str(png)).size().toTuple() == (1366, 768)


def test_size_language_and_text_are_as_asked(tmp_path: Path) -> None:
    pictures = {}
    for name, options in {
        "plain": (),
        "again": (),
        "english": ("--locale", "en"),
        "large": ("--text", "150"),
        "wide": ("--size", "1920x1080"),
    }.items():
        told = previewed("16-slider", tmp_path / f"{name}.png", *options)
        assert told.code == 0, told.errors
        pictures[name] = QImage(str(tmp_path / f"{name}.png"))
    assert pictures["wide"].size().toTuple() == (1920, 1080)
    assert pictures["plain"] == pictures["again"]
    assert pictures["plain"] != pictures["english"]
    assert pictures["plain"] != pictures["large"]


def test_what_is_below_the_edge_is_told_in_pixels(tmp_path: Path) -> None:
    told = previewed(LONG, tmp_path / "item.png", "--text", "200")
    assert told.code == 0
    assert "pixels are below its edge" in told.errors
    assert not previewed("01-true-false", tmp_path / "item.png").errors


@pytest.mark.parametrize("size", ["1366", "800x600", "1366x767", "99999x99999", "1366x-768", "x"])
def test_a_size_that_is_no_candidates_screen_is_a_wrong_use(tmp_path: Path, size: str) -> None:
    told = previewed("01-true-false", tmp_path / "item.png", "--size", size)
    assert told.code == 2
    assert not (tmp_path / "item.png").exists()


def test_an_item_that_is_refused_is_named_with_its_place_and_nothing_is_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    text = ITEMS["01-true-false"].read_text(encoding="utf-8")
    bad.write_text(text.replace("<p>", "<script>alert(1)</script><p>"), encoding="utf-8")
    told = Terminal("en").run("content", "preview", bad, "--png", tmp_path / "item.png")
    assert told.code == 1
    assert "bad.xml:" in told.errors
    assert "script" in told.errors
    assert not (tmp_path / "item.png").exists()


def test_a_place_that_cannot_be_written_is_the_environment(tmp_path: Path) -> None:
    told = previewed("01-true-false", tmp_path / "nowhere" / "item.png")
    assert told.code == 3
    assert "Traceback" not in told.errors


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_file_but_an_earlier_picture_is_written_over(tmp_path: Path, language: str) -> None:
    item = tmp_path / "item.xml"
    item.write_bytes(ITEMS["01-true-false"].read_bytes())
    folder, link, nothing = tmp_path / "folder", tmp_path / "link.png", tmp_path / "empty.png"
    folder.mkdir()
    link.symlink_to(item)
    nothing.touch()
    for taken in (item, folder, link, nothing):
        told = Terminal(language).run("content", "preview", item, "--png", taken)
        assert told.code == 3, taken
        assert str(taken) in told.errors
        assert "FILE_TAKEN" in told.errors
    assert item.read_bytes() == ITEMS["01-true-false"].read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["empty.png", "folder", "item.xml", "link.png"]


def test_an_earlier_picture_is_replaced(tmp_path: Path) -> None:
    png = tmp_path / "item.png"
    assert previewed("01-true-false", png).code == 0
    before = png.read_bytes()
    assert previewed("16-slider", png).code == 0
    assert png.read_bytes() != before
    assert QImage(str(png)).size().toTuple() == (1366, 768)


def test_the_samples_are_every_kind_of_item_in_both_languages() -> None:
    read = [read_item_file(file) for file in ITEMS.values()]
    shown = {type(one).__name__ for item in read for one in item.item.interactions}
    assert len(shown) == 12
    assert any(item.item.stimulus for item in read)
    assert {ItemKind.COMPOSITE, ItemKind.TRUE_FALSE, ItemKind.MULTIPLE_CHOICE} <= {item.item.kind for item in read}
    for item in read:
        assert not item.notes
        assert item.item.stem.zh != item.item.stem.en
        assert is_complete(item.item, key_of(item.item, item.marking))


@pytest.mark.parametrize("name", ITEMS)
def test_every_sample_fits_and_looks_answered_when_it_is(name: str) -> None:
    read, previewer = read_item_file(ITEMS[name]), Previewer()
    size = (1920, 1080)
    open_, given = (
        previewer.render(read.item, read.media, PreviewSettings(Language.EN, size, 100, responses))
        for responses in ({}, key_of(read.item, read.marking))
    )
    assert open_.below == given.below == 0
    assert open_.png != given.png


def test_the_gallery_is_whole_and_its_index_leads_to_every_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "item_files", lambda: iter([ITEMS["09-match"]]))
    told = Terminal("en").run("content", "gallery", tmp_path / "out")
    assert told.code == 0, told.errors
    links: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(str(value) for name, value in attrs if tag == "img" and name == "src")

    Reader().feed((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert sorted(links) == sorted(file.name for file in (tmp_path / "out").glob("*.png"))
    assert len(links) == len(SHOTS) == 12


def test_names_in_the_index_are_text() -> None:
    assert "<script>" not in index_page({"<script>": ["<script>.png"]}, "<script>")
