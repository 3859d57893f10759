"""What is written: in which languages, with which signs, and whether it is finished."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from app.content.bank import Bank
from app.content.checks.finding import Code, Finding, excerpt
from app.content.checks.media import has_picture
from app.content.checks.said import HAN, han
from app.exam.item import Item
from app.exam.prose import Language, plain_text

_HALF: Final = re.compile(rf"[{HAN}][,;:?!()]|[,;:?!()][{HAN}]")
_FULL: Final = re.compile("[，。；：？！（）]")
_LATIN_WORDS: Final = re.compile(
    r"\b[A-Za-z]{2,}(?:\s+[A-Za-z]{2,}){2}"
)  # three words in a row: no unit, no name of a thing
_PLACEHOLDER: Final = re.compile(
    r"\b(?:TODO|TBD|FIXME|lorem ipsum|x{3,}|placeholder)\b|待补充|待定稿|此处填写|占位|[?？]{3,}",
    re.IGNORECASE | re.ASCII,
)
_SPOKEN_OF: Final = re.compile(
    r"(?:见|如|上|下|左|右)图(?![书纸案像标形片鉴])|(?<!地)图中|\b(?:figure|picture|diagram|image) (?:above|below)\b"
    r"|\b(?:in|see) the (?:figure|picture|diagram|image)\b",
    re.IGNORECASE,
)
_INTERVAL: Final = re.compile(r"[(\[]\s*[-+−]?[\w.∞]+\s*[,;]\s*[-+−]?[\w.∞]+\s*[)\]]")
_NUMBERED: Final = re.compile(r"(?:^|[\s；;，,。])[\dA-Za-z一二三四五六七八九十①-⑳]{1,2}[)]", re.MULTILINE)
_OPEN: Final = {"(": ")", "[": "]", "【": "】", "《": "》", "“": "”", "「": "」", "〔": "〕"}
_CLOSE: Final = frozenset(_OPEN.values())
_SAME: Final = str.maketrans("（）［］，", "()[],")


def check_language(bank: Bank) -> Iterator[Finding]:
    """Find one-sided, untranslated, untidy and unfinished texts; what many items have is one finding."""
    many: defaultdict[Code, list[str]] = defaultdict(list)
    for item in bank.items:
        if only := only_language(item):
            many[Code.ONLY_CHINESE if only is Language.ZH else Code.ONLY_ENGLISH].append(item.id)
        else:
            yield from _untranslated(item)
        for code in _signs(item):
            many[code].append(item.id)
        yield from _unfinished(item)
    for code in sorted(many):
        yield Finding(code, tuple(many[code]), {"count": len(many[code])})


def only_language(item: Item) -> Language | None:
    """Tell which language an item is in if it is in one only: then its stem says the same in both."""
    if item.stem.zh != item.stem.en:
        return None
    return Language.ZH if any(han(plain_text(wording.zh)) for wording in item.wordings()) else Language.EN


def _untranslated(item: Item) -> Iterator[Finding]:
    """Find a piece of an item in two languages that is in one of them on both sides."""
    for wording in item.wordings():
        chinese, english = plain_text(wording.zh), plain_text(wording.en)
        if han(english) and (chinese == english or 2 * han(english) > len(english)):
            yield Finding(Code.UNTRANSLATED, (item.id,), {"text": excerpt(english)})
            return
        if not han(chinese) and _LATIN_WORDS.search(chinese):
            yield Finding(Code.UNTRANSLATED, (item.id,), {"text": excerpt(chinese)})
            return


def _signs(item: Item) -> set[Code]:
    found = set()
    for wording in item.wordings():
        if _HALF.search(plain_text(wording.zh)):
            found.add(Code.HALF_WIDTH)
        english = plain_text(wording.en)
        if not han(english) and _FULL.search(english):
            found.add(Code.FULL_WIDTH)
    return found


def _unfinished(item: Item) -> Iterator[Finding]:
    texts = [plain_text(body) for wording in item.wordings() for body in wording.bodies()]
    for text in texts:
        if found := _PLACEHOLDER.search(text):
            yield Finding(Code.PLACEHOLDER, (item.id,), {"text": excerpt(found[0])})
            break
    for text in texts:
        if not is_balanced(text):
            yield Finding(Code.BRACKETS, (item.id,), {"text": excerpt(text)})
            break
    if not has_picture(item):
        for text in texts:
            if found := _SPOKEN_OF.search(text):
                yield Finding(Code.PICTURE_SPOKEN_OF, (item.id,), {"text": excerpt(text[max(0, found.start() - 8) :])})
                break


def is_balanced(text: str) -> bool:
    """Tell whether brackets and Chinese quotation marks close what they open; "a)" and "[0, 5)" are right too."""
    plain = _INTERVAL.sub(" ", text.translate(_SAME))
    numbered = {found.end() - 1 for found in _NUMBERED.finditer(plain)}
    awaited: list[str] = []
    for place, char in enumerate(plain):
        if char in _OPEN:
            awaited.append(_OPEN[char])
        elif awaited and char == awaited[-1]:
            awaited.pop()
        elif char in _CLOSE and place not in numbered:
            return False
    return not awaited
