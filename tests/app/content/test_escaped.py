"""HTML that arrived escaped is refused by name wherever a candidate would read its tags; code may look so."""

from pathlib import Path

import pytest

from app.content.bank import MarkupRefused
from app.content.escaped import _escaped_tag, refuse_escaped
from app.content.formats.aiken import read_aiken
from app.content.formats.gift import read_gift
from app.content.qti.reading import read_item_file
from tests.app.content.formats.giving import PNG, answer, moodle, question
from tests.app.content.formats.workbooks import TRUE, read, workbook
from tests.app.content.test_foreign import ITEM

ESCAPED = "escaped HTML <b>"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<p>Is it so?</p>", "p"),
        ("<P class='x'>Is it\nso?</P>", "p"),
        ("one<br>two", "br"),
        ("one<BR />two", "br"),
        ('see <img src="a.png"/>', "img"),
        ("a < b, and <em>so</em>", "em"),
        ("<span>one <b>two</b> three</span>", "b"),
        ("<h2>Title</h2>", "h2"),
    ],
)
def test_what_clearly_is_html_is_refused_by_name(text: str, name: str) -> None:
    with pytest.raises(MarkupRefused) as refused:
        refuse_escaped(text, ("a.xml", 1))
    assert refused.value.facts["name"] == f"escaped HTML <{name}>"


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "<5 m",
        "a<b and b>c",
        "the tag <p> begins a paragraph",
        "</p> ends what <p> begins",
        "<b>a</i>",
        "<code>x</code>",
        "x <brand> y",
        "1<a<2, 3>b",
        "List<String></String>",
        "",
    ],
)
def test_what_may_be_meant_as_it_is_written_passes(text: str) -> None:
    assert not _escaped_tag(text)
    refuse_escaped(text, ("a.xml", 1))


@pytest.mark.parametrize(
    "body",
    [
        "<p>&lt;b&gt;Is it so?&lt;/b&gt;</p>",
        "<p><![CDATA[<b>Is it so?</b>]]></p>",
        "<div><span>1<i>2</i>&lt;b&gt;x&lt;/b&gt;</span></div>",
        '<p><img src="a.png" alt="&lt;b&gt;x&lt;/b&gt;"/></p>',
    ],
)
def test_a_qti_body_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    assert refused_in(tmp_path, ITEM.format(body=body)) == ESCAPED


def test_a_qti_option_is_refused(tmp_path: Path) -> None:
    assert refused_in(tmp_path, ITEM.format(body="").replace(">a<", ">&lt;b&gt;a&lt;/b&gt;<")) == ESCAPED


def refused_in(folder: Path, item: str) -> object:
    (folder / "q.xml").write_text(item)
    with pytest.raises(MarkupRefused) as refused:
        read_item_file(folder / "q.xml")
    return refused.value.facts["name"]


@pytest.mark.parametrize("body", ["<pre>{}</pre>", "<p><code>{}</code></p>", "<p><code><span>{}</span></code></p>"])
def test_code_may_show_html(tmp_path: Path, body: str) -> None:
    (tmp_path / "q.xml").write_text(ITEM.format(body=body.format("&lt;p&gt;x&lt;/p&gt;")))
    assert "<p>x</p>" in str(read_item_file(tmp_path / "q.xml").item.stem.zh)


def test_the_older_formats_are_refused_too() -> None:
    plain = question("essay", "<b>x</b>").replace('format="html"', 'format="plain_text"')
    twice = question("essay", "<p>&lt;b&gt;x&lt;/b&gt;</p>")
    option = question("multichoice", "?", answer("100", "&lt;b&gt;x&lt;/b&gt;") + answer("0", "y"))
    sheet = workbook([*TRUE[:4], "<b>x</b>", *TRUE[5:]])
    readings = (
        *(moodle(one) for one in (plain, twice, option)),
        read_gift(b"[plain]<b>x</b>{T}", "b.gift"),
        read_aiken(b"<b>x</b>\nA. 1\nB. 2\nANSWER: A\n", "b.txt"),
        read(sheet),
    )
    assert [[one.fault.facts["name"] for one in reading.rejected] for reading in readings] == [[ESCAPED]] * 6
    assert moodle(question("essay", "<p><code>&lt;b&gt;x&lt;/b&gt;</code></p>")).rejected == ()
