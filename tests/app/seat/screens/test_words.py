"""What holds for all sentences of the screens, in both languages."""

import ast
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter

import pytest

from app.exam.prose import Language
from app.resources import resource_folder
from app.ui.simulated import Simulated, simulated_sentence
from app.words import Words, all_keys

SCREENS = Path(__file__).parents[4] / "app" / "seat" / "screens"
WIDGETS = Path(__file__).parents[4] / "app" / "ui"


def screens(language: Language) -> dict[str, str]:
    return {key: text for key, text in all_keys(language).items() if key.startswith("screen.")}


def placeholders(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences() -> None:
    files = [resource_folder() / "words" / language.value / "screens.toml" for language in Language]
    zh, en = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files)
    assert zh.keys() == en.keys() == {"screen"}
    assert screens(Language.ZH).keys() == screens(Language.EN).keys()


@pytest.mark.parametrize("key", sorted(screens(Language.ZH)))
def test_both_languages_fill_the_same_placeholders(key: str) -> None:
    assert placeholders(screens(Language.ZH)[key]) == placeholders(screens(Language.EN)[key])


def test_no_english_stands_in_the_chinese() -> None:
    allowed = {"A", "EN", "English", "Esc", "F", "Ctrl", "G", "H", "PgUp", "PgDn"}  # as on the keys
    allowed |= {"U", "PDF"}  # a stick (U 盘) and a kind of file have no other names
    allowed |= {"SHA", "age", "examroom", "archive", "admit", "key"}  # a tool, and what somebody types
    allowed |= {"https", "sudo", "lockdown", "install", "remove"}
    for key, sentence in screens(Language.ZH).items():
        latin = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", sentence)))
        assert latin <= allowed, (key, latin)


def test_no_chinese_stands_in_the_english_but_the_name_of_the_language() -> None:
    for key, sentence in screens(Language.EN).items():
        assert key.startswith(("screen.tools.language", "screen.display.language")) or not re.search(
            r"[\u4e00-\u9fff]", sentence
        ), key


@pytest.mark.parametrize("word", ["PIN", "签字", "会签", "登录", "验证码", "公示", "销毁"])
def test_one_thing_has_one_word_and_no_more_is_promised_than_is_kept(word: str) -> None:
    kiosk = {key: text for key, text in screens(Language.ZH).items() if not key.startswith("screen.archive.")}
    assert not [key for key, sentence in kiosk.items() if word in sentence]


@pytest.mark.parametrize(
    ("what", "zh", "en"),
    [
        ((), "", ""),
        ((Simulated.REHEARSAL,), "本场为演练", "This session is a rehearsal"),
        ((Simulated.CAMERA,), "摄像头画面为模拟", "Simulated: camera picture"),
        (
            (Simulated.MICROPHONE, Simulated.CAMERA),
            "摄像头画面和声音为模拟",
            "Simulated: camera picture and sound",
        ),
        (
            (Simulated.REHEARSAL, Simulated.CANDIDATE),
            "本场为演练；考生为模拟",
            "This session is a rehearsal. Simulated: candidate",
        ),
        (
            tuple(Simulated),
            "本场为演练；考生、摄像头画面和声音为模拟",
            "This session is a rehearsal. Simulated: candidate, camera picture and sound",
        ),
    ],
)
def test_what_is_simulated_is_a_sentence_in_every_combination(what: tuple[Simulated, ...], zh: str, en: str) -> None:
    assert simulated_sentence(what, Words(Language.ZH)) == zh
    assert simulated_sentence(what, Words(Language.EN)) == en


def keys_in_code() -> set[str]:
    """Every key a module of the screens names, as a pattern: what is filled in stands for anything."""
    patterns = set()
    for file in (*SCREENS.glob("*.py"), *WIDGETS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
            else:
                continue
            if re.fullmatch(r"(screen\.)?[a-z_*]+(\.[a-z_*]+)+", text):
                patterns.add("screen." + text.removeprefix("screen."))
    return patterns


def test_every_sentence_is_used() -> None:
    patterns = keys_in_code()
    unused = [key for key in screens(Language.ZH) if not any(fnmatchcase(key, pattern) for pattern in patterns)]
    assert not unused


def test_every_sentence_the_code_names_is_there() -> None:
    # A constant part of a name that is put together (ends in "." or "_") is no name.
    named = {pattern for pattern in keys_in_code() if "*" not in pattern and not pattern.endswith(("_", "."))}
    assert len(named) > 50
    elsewhere = {f"screen.{key}" for key in all_keys(Language.ZH)}  # a paper's word that a screen says too
    assert named <= screens(Language.ZH).keys() | elsewhere
