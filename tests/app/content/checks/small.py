"""Small banks for the checks: items that are right in every way, for tests to spoil in one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.content.bank import Bank
from app.content.checks.check import check_bank
from app.content.checks.finding import Code, Finding
from app.exam.interactions import Choice, Interaction, Option
from app.exam.item import Item, Medium
from app.exam.marking import Cardinality, Marking, match_correct
from app.exam.prose import Body, Paragraph, Place, Run, Wording
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection, Difficulty, ItemKind

PLACE = Place("RESPONSE")

STEMS = (
    ("电焊作业前应首先检查什么？", "What has to be checked first before welding?"),
    ("进入有限空间之前必须做哪一项检测？", "Which test is needed before entering a confined space?"),
    ("高处坠落事故最常见的原因是哪一个？", "Which is the commonest cause of falls from height?"),
    ("触电者脱离电源以后怎样急救？", "How is somebody helped after an electric shock?"),
)
WORDS = (
    ("通风情况", "The ventilation"),
    ("劳动合同", "The contract"),
    ("天气预报", "The forecast"),
    ("作业票证", "The work permit"),
)


def body(*texts: str) -> Body:
    return tuple(Paragraph((Run(text),)) for text in texts)


def wording(zh: str, en: str) -> Wording:
    return Wording(body(zh), body(en))


def options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(chr(ord("A") + place), wording(*pair)) for place, pair in enumerate(pairs))


def stem(zh: str, en: str) -> Wording:
    return Wording((*body(zh), PLACE), (*body(en), PLACE))


def single(name: str, asks: tuple[str, str] = STEMS[0], offers: Sequence[tuple[str, str]] = WORDS) -> Item:
    return item(name, ItemKind.SINGLE_CHOICE, asks, Choice("RESPONSE", None, options(*offers)))


def judged(name: str, zh: str, en: str) -> Item:
    told = (Option("true", wording("正确", "True")), Option("false", wording("错误", "False")))
    return item(name, ItemKind.TRUE_FALSE, (zh, en), Choice("RESPONSE", None, told))


def several(name: str, asks: tuple[str, str] = STEMS[1], most: int = 0) -> Item:
    return item(name, ItemKind.MULTIPLE_CHOICE, asks, Choice("RESPONSE", None, options(*WORDS), max_choices=most))


def item(name: str, kind: ItemKind, asks: tuple[str, str], *interactions: Interaction) -> Item:
    return Item(name, kind, "fire", Difficulty.EASY, stem(*asks), interactions)


def with_picture(one: Item, picture: Body, *media: str) -> Item:
    both = Wording((*picture, *one.stem.zh), (*picture, *one.stem.en))
    return replace(one, stem=both, media=tuple(Medium(name, "image/png") for name in media))


def right(name: str, *key: str) -> Marking:
    return match_correct(name, Cardinality.SINGLE, key)


def right_several(name: str, *key: str) -> Marking:
    return match_correct(name, Cardinality.MULTIPLE, key)


def bank(
    *marked: tuple[Item, Marking],
    media: Mapping[tuple[str, str], bytes] | None = None,
    blueprint: Blueprint | None = None,
) -> Bank:
    items = tuple(sorted((one for one, _marking in marked), key=lambda one: one.id))
    markings = {one.id: marking for one, marking in marked}
    return Bank("small", Bilingual(zh="小题库", en="Small"), items, markings, media or {}, blueprint)


def section(count: int, kind: ItemKind | None = None) -> BlueprintSection:
    return BlueprintSection(title=Bilingual(zh="部分", en="Section"), count=count, milli_each=1000, kind=kind)


def clean() -> Bank:
    """A bank with nothing to find."""
    return bank(
        (single("s1", STEMS[0]), right("s1", "D")),
        (single("s2", STEMS[2], (*WORDS[:3], ("未系安全带", "No safety belt"))), right("s2", "D")),
        (several("m1", STEMS[1]), right_several("m1", "A", "D")),
        (judged("j1", "动火作业需要办理许可证。", "Hot work needs a permit."), right("j1", "true")),
        (judged("j2", "乙炔瓶可以横放使用。", "Acetylene cylinders may lie down in use."), right("j2", "false")),
        blueprint=Blueprint(sections=(section(1, ItemKind.SINGLE_CHOICE), section(1, ItemKind.TRUE_FALSE))),
    )


def found(of: Bank) -> list[Finding]:
    return list(check_bank(of).findings)


def codes(of: Bank) -> list[Code]:
    return [finding.code for finding in check_bank(of).findings]


def the(of: Bank, code: Code) -> Finding:
    """Give the only finding of this code."""
    (finding,) = [one for one in check_bank(of).findings if one.code is code]
    return finding
