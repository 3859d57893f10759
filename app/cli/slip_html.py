"""The result slip (成绩单): one sheet of A4 as an HTML file that loads nothing and can be checked without a network.

The sheet is a function of the `Slip` that lies in it, unseen; whoever verifies makes it again and compares every byte,
so that nobody can change what is read and leave what is signed.
"""

import base64
import re
from html import escape
from typing import Final

import segno

from app.exam.prose import Language
from app.exam.verification import grouped, verification_code
from app.registry.check_html import (
    Fact,
    day,
    document,
    facts,
    score,
    simulated_note,
    step_line,
    table,
    verdict,
    verdict_class,
)
from app.words import Words
from sync.faults import Refused
from sync.trust.envelope import EnvelopeRefused, peek
from sync.trust.result_evidence import RECEIPT_BYTES
from sync.wire.document import DocumentRefused
from sync.wire.receipt import Receipt
from sync.wire.result import STATEMENT_BYTES, ResultStatement, Slip, SlipAbout

_STYLE: Final = """
@page{size:A4;margin:18mm}
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;max-width:44rem;padding:1rem;font:1rem/1.5 "Noto Sans CJK SC","Noto Sans SC","PingFang SC",
"Microsoft YaHei",system-ui,sans-serif;color:#000;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.25rem 0 .25rem}p{margin:.4rem 0}
.verdict{font-size:1.9rem;font-weight:700;border:.15rem solid;border-radius:.5rem;padding:.6rem .9rem;margin:1rem 0}
.passed{color:#0a5c2b}.failed,.voided{color:#9b1c1c}.withheld{color:#7a4b00}
dl{margin:0}dl div{display:flex;flex-wrap:wrap;gap:0 1rem;border-top:1px solid #999;padding:.4rem 0}
dt{color:#444;flex:0 0 10rem}dd{margin:0;flex:1 1 14rem;font-weight:600}
ol{padding-left:1.4rem;margin:.25rem 0}.soft{color:#444}
.look{display:flex;flex-wrap:wrap;gap:1.25rem;align-items:center;border:1px solid #999;border-radius:.5rem;
padding:1rem;margin:1.25rem 0;break-inside:avoid}
.look svg{width:36mm;height:36mm;flex:none}.look div{flex:1 1 14rem}
.code{font:700 1.35rem/1.4 ui-monospace,"DejaVu Sans Mono",monospace;white-space:nowrap}
@media print{html{font-size:10.5pt}body{max-width:none;padding:0}
.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
_EVIDENCE: Final = re.compile(rb'<template id="evidence">([A-Za-z0-9+/]+={0,2})</template>')


class SlipRefused(Refused):
    """The file is no result slip."""

    code = "SLIP_REFUSED"


def slip_page(slip: Slip) -> bytes:
    """Make the sheet.

    Raises:
        SlipRefused: what lies in it cannot be read; signatures are not looked at.
    """
    words = Words(Language(slip.language))
    body = _stated(words, slip, statement_of(slip)) if slip.statement else _received(words, slip, receipt_of(slip))
    evidence = base64.b64encode(slip.to_bytes()).decode()
    title = words("slip.title")
    sheet = f'<main><h1>{escape(title)}</h1>{body}</main><template id="evidence">{evidence}</template>'
    return document(words, title, sheet, _STYLE).encode()


def read_slip(raw: bytes) -> tuple[Slip, bool]:
    """Give what lies in a sheet, and whether the sheet says that and nothing else. Raises SlipRefused."""
    found = _EVIDENCE.search(raw)
    try:
        slip = Slip.parse(base64.b64decode(found[1], validate=True)) if found else None
    except (DocumentRefused, ValueError):
        slip = None
    if slip is None:
        raise SlipRefused("nothing of a slip lies in it")
    return slip, slip_page(slip) == raw


def statement_of(slip: Slip) -> ResultStatement:
    """Read a slip's statement, unverified. Raises SlipRefused."""
    try:
        raw = base64.b64decode(slip.statement or "", validate=True)
        return ResultStatement.parse(peek(raw, ResultStatement.PAYLOAD_TYPE, max_bytes=STATEMENT_BYTES).payload)
    except (EnvelopeRefused, DocumentRefused, ValueError):
        raise SlipRefused("its statement cannot be read") from None


def receipt_of(slip: Slip) -> Receipt:
    """Read a slip's receipt, unverified. Raises SlipRefused."""
    try:
        raw = base64.b64decode(slip.receipt or "", validate=True)
        return Receipt.parse(peek(raw, Receipt.PAYLOAD_TYPE, max_bytes=RECEIPT_BYTES).payload)
    except (EnvelopeRefused, DocumentRefused, ValueError):
        raise SlipRefused("its receipt cannot be read") from None


def _stated(words: Words, slip: Slip, found: ResultStatement) -> str:
    history = "".join(f"<li>{escape(step_line(words, step))}</li>" for step in found.steps)
    history += "".join(f"<li>{escape(words('check_page.dispute', index=one.log.index))}</li>" for one in found.disputes)
    return (
        f'<p class="verdict {verdict_class(found)}">{escape(verdict(words, found))}</p>'
        f"{simulated_note(words, found)}{table(facts(words, found))}"
        f"<h2>{escape(words('check_page.history'))}</h2><ol>{history}</ol>"
        f"{_look(words, slip.address, found.code)}"
        f'<p class="soft">{escape(words("slip.signed", at=day(found.issued_ms)))}</p>'
    )


def _received(words: Words, slip: Slip, receipt: Receipt) -> str:
    result, about = receipt.result, slip.about
    kind = "voided" if result.voided else "passed" if result.passed else "failed"
    code = verification_code(receipt.payload_sha256)
    note = escape(words("check_page.simulated"))
    simulated = f'<p class="verdict withheld">{note}</p>' if about and about.simulated else ""
    rows = [
        *(_about(words, about) if about else ()),
        Fact(words("check_page.score"), score(words, result.score_milli, result.max_milli)),
        Fact(words("check_page.code"), grouped(code)),
        Fact(words("check_page.log"), str(receipt.log.index)),
    ]
    return (
        f'<p class="verdict {kind}">{escape(words(f"check_page.{kind}"))}</p>{simulated}{table(rows)}'
        f"{_look(words, slip.address, code)}"
        f'<p class="soft">{escape(words("slip.unsigned", at=day(receipt.received_ms)))}</p>'
    )


def _about(words: Words, about: SlipAbout) -> list[Fact]:
    title = about.exam_title.zh if words.language is Language.ZH else about.exam_title.en
    return [
        Fact(words("check_page.candidate"), f"{about.candidate.name} · {about.candidate.id_number}"),
        Fact(words("check_page.exam"), title),
        Fact(words("check_page.day"), day(about.opened_ms)),
        Fact(words("check_page.site"), about.site),
    ]


def _look(words: Words, address: str, code: str) -> str:
    link = f"{address}/check/{code}" if address else code
    drawing = segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True, title=link)
    where = f"<p>{escape(link)}</p>" if address else ""
    return (
        f'<section class="look">{drawing}<div><p>{escape(words("slip.look"))}</p>'
        f'<p class="code">{escape(grouped(code))}</p>{where}</div></section>'
    )
