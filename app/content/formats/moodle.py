"""Moodle XML: a `quiz` of `question` elements, some of which only name the category of those that follow.

Source: Moodle documentation, "Moodle XML format", and what Moodle exports. The file is read question by question, so
that a large one needs little memory. Feedback, hints and notes for graders are left out with a warning.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, MarkupRefused
from app.content.formats.building import Sorting, finish, subject_of
from app.content.formats.encodings import decode
from app.content.formats.found import MAX_SOURCE_ITEMS, Collector, FormatReading
from app.content.formats.moodle_kinds import KINDS
from app.content.formats.moodle_question import Question
from app.content.formats.warning import WarningKind
from app.content.xml import CODECS, MAX_DEPTH, declared_encoding, line_of

_MAX_NODES: Final = 20_000  # elements of one question
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]{0,200}\?>")
_NAMED: Final = re.compile(r"\$\w+\$")
_LEFT_OUT: Final = {
    "generalfeedback": WarningKind.FEEDBACK,
    "correctfeedback": WarningKind.FEEDBACK,
    "partiallycorrectfeedback": WarningKind.FEEDBACK,
    "incorrectfeedback": WarningKind.FEEDBACK,
    "hint": WarningKind.HINTS,
    "graderinfo": WarningKind.GRADER_NOTES,
    "responsetemplate": WarningKind.RESPONSE_TEMPLATE,
}


def read_moodle(data: bytes, source: str) -> FormatReading:
    """Read a Moodle XML file; an item that cannot be used is put aside.

    Raises:
        BankRefused: no text in a known encoding, no well-formed XML, or no `quiz`.
        BankUnsafe: a document type.
        BankTooLarge: more items than a source may have, or a question without end.
    """
    _check_declared(data, source)
    decoded = decode(data, source)
    if "<!DOCTYPE" in decoded.text:
        raise BankUnsafe(source, decoded.text.partition("<!DOCTYPE")[0].count("\n") + 1, "a document type")
    found = Collector(source)
    subject = subject_of(())
    for number, element in enumerate(_questions(decoded.text, source), start=1):
        if found.full:
            raise BankTooLarge(source, line_of(element), "too many items", limit=MAX_SOURCE_ITEMS)
        if element.get("type") == "category":
            subject = _category(element)
        else:
            _read(element, number, subject, found)
    return found.reading(decoded.encoding)


def _check_declared(data: bytes, source: str) -> None:
    """Refuse a declared encoding that is none of ours; a wrong one of ours is what saving again in an editor does."""
    declared = declared_encoding(data)
    if declared and declared not in CODECS and not declared.startswith("utf"):  # UTF-16 shows by itself
        raise BankRefused(source, 1, f"the encoding {declared} is not supported")


def _questions(text: str, source: str) -> Iterator[etree._Element]:
    if declaration := _DECLARATION.match(text):
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    depth = nodes = 0
    # the parser's own text limit (10 MB) bounds an embedded file
    steps = etree.iterparse(
        BytesIO(text.encode("utf-8", "replace")),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in steps:
            depth += 1 if event == "start" else -1
            nodes += 1
            if depth > MAX_DEPTH or nodes > _MAX_NODES:
                raise BankTooLarge(source, line_of(element), "a question without end", limit=_MAX_NODES)
            if event == "start" and depth == 1 and element.tag != "quiz":
                raise BankRefused(source, line_of(element), "the root is not quiz")
            if event == "end" and depth == 1:
                nodes = 0
                if element.tag != "question":
                    raise BankRefused(source, line_of(element), f"{str(element.tag)[:60]} where a question should be")
                yield element
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise BankRefused(source, error.lineno or 0, "not well-formed XML, or cut off") from None


def _forget(element: etree._Element) -> None:
    """Free a question that has been read, and what stands before it."""
    parent = element.getparent()
    element.clear()
    while parent is not None and len(parent) > 1:
        del parent[0]


def _category(element: etree._Element) -> str:
    """Give the subject that a category path names; `$course$` and `top` are Moodle's own places."""
    path = (element.findtext("category/text") or "").replace("//", " ")
    names = [name.strip() for name in path.split("/")]
    return subject_of(name for name in names if name and name != "top" and not _NAMED.fullmatch(name))


def _read(element: etree._Element, number: int, subject: str, found: Collector) -> None:
    kind = element.get("type", "")
    title = " ".join((element.findtext("name/text") or "").split())
    line = line_of(element)
    name = (element.findtext("idnumber") or "").strip()
    if kind == "description":
        found.warn(line, WarningKind.DESCRIPTION, title=title[:80] or "-")
        return
    try:
        read = KINDS.get(kind)
        if read is None:
            shown = f"question type {kind[:40]}"
            raise MarkupRefused(found.source, line, f"{shown} is not supported", name=shown)
        _refuse_old_picture(element, (found.source, line))
        question = Question(element, (found.source, line))
        draft = read(question)
        # a question's name is a title and no identifier
        media = question.files.media()
        found.items.append(finish(draft, name, Sorting(subject), media, f"{found.source}:{line}", title))
    except BankRefused as fault:
        found.refuse(name or title or f"#{number}", fault)
        return
    for warning in dict.fromkeys((*_left_out(element), *question.warnings)):
        found.warn(line, warning)


def _refuse_old_picture(element: etree._Element, place: tuple[str, int]) -> None:
    """Refuse a picture as Moodle 1.9 kept it, beside the text, so that its place in the text is not said."""
    if (element.findtext("image") or "").strip() or (element.findtext("image_base64") or "").strip():
        raise MarkupRefused(*place, "a picture beside the text (Moodle 1.9) is not supported", name="<image>")


def _left_out(element: etree._Element) -> Iterator[WarningKind]:
    if any((one.findtext("feedback/text") or "").strip() for one in element.findall("answer")):
        yield WarningKind.FEEDBACK
    for tag, kind in _LEFT_OUT.items():
        if any((one.findtext("text") or "").strip() for one in element.findall(tag)):
            yield kind
    if (element.findtext("hidden") or "").strip() == "1":
        yield WarningKind.HIDDEN_ITEM
    if any((element.findtext(limit) or "0").strip() not in ("", "0") for limit in ("minwordlimit", "maxwordlimit")):
        yield WarningKind.WORD_LIMITS
