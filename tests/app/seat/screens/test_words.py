"""What holds for all sentences of the screens, in both languages."""

import ast
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter

import pytest

from app.exam.item import Language
from app.resources import resource_folder
from app.words import all_keys

SCREENS = Path(__file__).parents[4] / "app" / "seat" / "screens"


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
    allowed = {"A", "PIN", "EN", "English", "Esc"}
    for key, sentence in screens(Language.ZH).items():
        latin = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", sentence)))
        assert latin <= allowed, (key, latin)


def test_no_chinese_stands_in_the_english_but_the_name_of_the_language() -> None:
    for key, sentence in screens(Language.EN).items():
        assert key.startswith("screen.tools.language") or not re.search(r"[\u4e00-\u9fff]", sentence), key


def keys_in_code() -> set[str]:
    """Every key a module of the screens names, as a pattern: what is filled in stands for anything."""
    patterns = set()
    for file in SCREENS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
            else:
                continue
            if re.fullmatch(r"(screen\.)?[a-z_]+\.[a-z_*]+", text):
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
    assert named <= screens(Language.ZH).keys()
