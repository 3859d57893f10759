"""Who takes part in the demonstration. All of them are made up."""

from dataclasses import dataclass

from app.content.bank import Bank
from sync.wire.environment import EnvironmentPolicy, LockdownLevel
from sync.wire.plan import (
    Accommodation,
    Bilingual,
    Blueprint,
    BlueprintSection,
    ItemKind,
    Policy,
    Violation,
)

FULL_FORM = 100
TRUE_FALSE_PER_100 = 70

_NO_ACCOMMODATION = Accommodation()


@dataclass(frozen=True)
class DemoOfficial:
    """A made-up proctor or site administrator, and the PIN to type."""

    name: str
    pin: str


@dataclass(frozen=True)
class DemoCandidate:
    """A made-up candidate. The identity number has a right checksum and an area code that is not in use."""

    admission_number: str
    name: str
    id_number: str
    portrait: str
    accommodation: Accommodation = _NO_ACCOMMODATION


PROCTORS = (DemoOfficial("李梅", "246810"), DemoOfficial("王建国", "135790"))
ADMINISTRATORS = (DemoOfficial("周敏", "112358"), DemoOfficial("何志强", "314159"))
CANDIDATES = (
    DemoCandidate("20260001", "张伟", "990101198503120010", "portrait-1.png"),
    DemoCandidate("20260002", "阿卜杜热西提·买买提依明", "990101199207230025", "portrait-2.png"),
    DemoCandidate(
        "20260003", "陈大勇", "990101197011050015", "portrait-3.png", Accommodation(text_percent=150, reader=True)
    ),
)
EXAM_TITLE = Bilingual(zh="安全资格考试 · 样题演练", en="Work safety qualification · rehearsal")
VIOLATIONS = (
    Violation(code="1", title=Bilingual(zh="携带通讯工具或资料进入考场", en="Brought a phone or papers into the room")),
    Violation(code="2", title=Bilingual(zh="交头接耳，传递或抄袭答案", en="Talked, passed on or copied answers")),
    Violation(code="3", title=Bilingual(zh="由他人代考", en="Somebody else sat the exam")),
)
SITE, ROOM, SEAT = "演示考点", "第 1 考场", "07"


def blueprint(items: int) -> Blueprint:
    """Give the sample bank's rule (70 true/false, 30 single choice) for a form of `items` items, a mark each."""
    true_false = max(1, round(items * TRUE_FALSE_PER_100 / FULL_FORM)) if items > 1 else 0
    sections = [
        _section("判断题", "True or false", ItemKind.TRUE_FALSE, true_false),
        _section("单选题", "Single choice", ItemKind.SINGLE_CHOICE, items - true_false),
    ]
    return Blueprint(sections=tuple(section for section in sections if section is not None))


def blueprint_of_all(bank: Bank) -> Blueprint:
    """Give a form of every item of a bank in its order, a mark each."""
    items = tuple(item.id for item in bank.items)
    title = Bilingual(zh="各种题型", en="Every kind of item")
    section = BlueprintSection(title=title, count=len(items), milli_each=1000, items=items, shuffle=False)
    return Blueprint(sections=(section,))


def policy(items: int) -> Policy:
    """Give the demonstration's policy: the pass mark at 80 in 100 of the form; one may come and leave at any time."""
    return Policy(
        pass_mark=-(-items * 80 // FULL_FORM),
        late_entry_ms=None,
        early_leave_ms=0,
        calculator=True,
        environment=EnvironmentPolicy(level=LockdownLevel.OPEN),  # on somebody's own desktop
        violations=VIOLATIONS,
    )


def _section(zh: str, en: str, kind: ItemKind, count: int) -> BlueprintSection | None:
    if not count:
        return None
    return BlueprintSection(title=Bilingual(zh=zh, en=en), kind=kind, count=count, milli_each=1000)
