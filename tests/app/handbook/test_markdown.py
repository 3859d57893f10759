"""The few forms of Markdown: each is read, and what is none of them is refused, never guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.handbook.book import text_of
from app.handbook.markdown import (
    Commands,
    Figure,
    HandbookRefused,
    Heading,
    Items,
    Kind,
    Note,
    Paragraph,
    Table,
    Tone,
    anchor_of,
    parse,
    plain,
)

PAGE = """# 出了情况

先看**人**，点「暂停考试…」，
再看 `examroom doctor`，见[收场](7-closing.md#名单)。

## 停电、死机

1. 坐着等，
   手离开键盘。
2. 接着答。

- one
- two

> [!TIP]
> 答案都在。
>
> 时间也在。

| 时间 | 做什么 |
|---|---|
| 08:00 | 开机 |

![图：① 甲](../pictures/item.png)

```
sudo examroom setup
```
"""


def test_every_form_is_read() -> None:
    title, paragraph, heading, steps, points, note, table, figure, commands = parse(PAGE)
    assert (title, heading) == (Heading(1, "出了情况", "出了情况"), Heading(2, "停电、死机", "停电死机"))
    assert isinstance(paragraph, Paragraph)
    kinds = [(run.kind, run.text, run.target) for run in paragraph.runs if run.kind is not Kind.PLAIN]
    assert kinds == [
        (Kind.STRONG, "人", ""),
        (Kind.SCREEN, "「暂停考试…」", ""),
        (Kind.COMMAND, "examroom doctor", ""),
        (Kind.LINK, "收场", "7-closing.md#名单"),
    ]
    assert plain(paragraph.runs) == "先看人，点「暂停考试…」，再看 examroom doctor，见收场。"
    assert isinstance(steps, Items)
    assert steps.numbered
    assert [plain(item) for item in steps.items] == ["坐着等，手离开键盘。", "接着答。"]
    assert isinstance(points, Items)
    assert not points.numbered
    assert isinstance(note, Note)
    assert note.tone is Tone.SAFE
    assert len(note.paragraphs) == 2
    assert isinstance(table, Table)
    assert [[plain(cell) for cell in row] for row in table.rows][1] == ["08:00", "开机"]
    assert figure == Figure("../pictures/item.png", "图：① 甲")
    assert commands == Commands(("sudo examroom setup",))


def test_lines_of_a_paragraph_are_joined_as_the_language_wants() -> None:
    _, english, chinese = parse("# x\n\none\ntwo\n\n一，\n二")
    assert (text_of(english), text_of(chinese)) == ("one two", "一，二")


@pytest.mark.parametrize(
    "wrong",
    [
        "no title",
        "# one\n\n# two",
        "# x\n\n#### deep",
        "# x\n\n<script>alert(1)</script>",
        "# x\n\ntext with <b>markup</b>",
        "# x\n\n* another list",
        "# x\n\n---",
        "# x\n\n    code by indent",
        "# x\n\n> a quotation of no kind",
        "# x\n\n> [!TIP]",
        "# x\n\n> [!HINT]\n> unknown",
        "# x\n\n1. one\n3. three",
        "# x\n\n1. one\n- two",
        "# x\n\n- one\nnot set in",
        "# x\n\n| a | b |\n|---|---|",
        "# x\n\n| a | b |\n|---|---|\n| c |",
        "# x\n\n```\nno end",
        "# x\n\nsome **strong without end",
        "# x\n\nsome `command without end",
        "# x\n\na [link](with space.md)",
        "",
    ],
)
def test_what_is_no_form_of_ours_is_refused(wrong: str) -> None:
    with pytest.raises(HandbookRefused):
        parse(wrong)


@given(st.text(alphabet="#>-|`*[]()!1. \nab一「」“”<", max_size=60))
def test_whatever_is_written_is_read_or_refused_and_nothing_is_lost(text: str) -> None:
    try:
        blocks = parse(f"# t\n\n{text}")
    except HandbookRefused:
        return
    said = "".join(text_of(block) for block in blocks)
    assert [letter for letter in text if letter in "ab一"] == [letter for letter in said[1:] if letter in "ab一"] or (
        "](" in text  # an address is no text
    )


def test_anchors_are_what_github_makes_of_headings() -> None:
    assert anchor_of("A PC is broken: move the candidate") == "a-pc-is-broken-move-the-candidate"
    assert anchor_of("考试机坏了，换一台") == "考试机坏了换一台"
