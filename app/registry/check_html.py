"""The pages of the public check, as plain HTML for a phone: no script, nothing loaded, dark where the phone is dark."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Final

from app.exam.prose import Language
from app.exam.verification import grouped
from app.words import Words
from sync.faults import Fault
from sync.wire.result import ResultState, ResultStatement, Step

_CHINA: Final = timezone(timedelta(hours=8))

STYLE: Final = """
:root{color-scheme:light dark;--ink:#111;--soft:#555;--ground:#fff;--line:#ccc;--good:#0a5c2b;--bad:#9b1c1c;
--wait:#7a4b00}
@media (prefers-color-scheme:dark){:root{--ink:#f2f2f2;--soft:#b5b5b5;--ground:#121212;--line:#444;--good:#7fd99f;
--bad:#ff9c94;--wait:#ffc766}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:40rem;padding:1rem;font:1.0625rem/1.5 system-ui,"Noto Sans CJK SC","Noto Sans SC",
"PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink);background:var(--ground);overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0}
.verdict{font-size:1.6rem;font-weight:700;border:.15rem solid;border-radius:.5rem;padding:.75rem;margin:1rem 0}
.passed{color:var(--good)}.failed,.voided{color:var(--bad)}.withheld{color:var(--wait)}
dl{margin:0}dl div{display:flex;flex-wrap:wrap;gap:0 1rem;border-top:1px solid var(--line);padding:.5rem 0}
dt{color:var(--soft);flex:0 0 9rem}dd{margin:0;flex:1 1 12rem;font-weight:600}
ol{padding-left:1.5rem}li{margin:.5rem 0}.soft{color:var(--soft)}.code{font-family:ui-monospace,monospace}
input,button{font:inherit;color:inherit;background:transparent;border:.1rem solid var(--soft);border-radius:.4rem;
padding:.6rem;width:100%;margin:.4rem 0}button{font-weight:700}a{color:inherit}
@media print{:root{--ink:#000;--soft:#444;--ground:#fff;--line:#999}}
"""

POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do with these pages: nothing but show them (Content Security Policy, level 3)."""


@dataclass(frozen=True)
class Fact:
    """A line of a list: what it is called, and what it is."""

    name: str
    value: str


def result_page(words: Words, found: ResultStatement) -> str:
    """Give the page of a result."""
    rows = facts(words, found)
    history = "".join(f"<li>{escape(step_line(words, step))}</li>" for step in found.steps)
    history += "".join(f"<li>{escape(words('check_page.dispute', index=one.log.index))}</li>" for one in found.disputes)
    body = (
        f'<p class="verdict {verdict_class(found)}">{escape(verdict(words, found))}</p>'
        f"{simulated_note(words, found)}{table(rows)}"
        f"<h2>{escape(words('check_page.history'))}</h2><ol>{history}</ol>"
        f'<p class="soft">{escape(words("check_page.compare"))}</p>'
        f'<p class="soft">{escape(words("check_page.as_of", at=day_time(found.issued_ms)))}</p>'
    )
    return page(words, words("check_page.title"), body, other=f"/check/{found.code}")


def form_page(words: Words, fault: Fault | None = None) -> str:
    """Give the page that asks for a code, after a code that led to nothing with the reason."""
    told = ""
    if fault is not None:
        said = words.fault(fault)
        told = f'<p class="verdict withheld">{escape(said.what)}</p><p>{escape(said.safe)}</p><p>{escape(said.do)}</p>'
    form = (
        f'<form action="/check" method="get"><label for="code">{escape(words("check_page.ask"))}</label>'
        '<input id="code" name="code" class="code" maxlength="40" autocomplete="off" autocapitalize="characters" '
        f'spellcheck="false" required><input type="hidden" name="language" value="{words.language.value}">'
        f"<button>{escape(words('check_page.look'))}</button></form>"
    )
    return page(words, words("check_page.title"), told + form, other="/check")


def page(words: Words, title: str, body: str, *, other: str) -> str:
    """Give a whole page; `other` is its address, for the same in the other language."""
    to = Language.EN if words.language is Language.ZH else Language.ZH
    link = f'<p><a href="{escape(other)}?language={to.value}">{escape(words("screen.tools.language_long"))}</a></p>'
    return document(words, title, f"<main><h1>{escape(title)}</h1>{body}</main>{link}", STYLE)


def document(words: Words, title: str, body: str, style: str) -> str:
    """Give an HTML document that loads nothing."""
    language = "zh-CN" if words.language is Language.ZH else "en"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )


def facts(words: Words, found: ResultStatement) -> list[Fact]:
    """Give what a result's page and slip say of it, line by line; no score while packets dispute it."""
    zh = words.language is Language.ZH
    result = found.steps[-1].result
    rows = [
        Fact(words("check_page.candidate"), f"{found.candidate.name} · {found.candidate.id_number}"),
        Fact(words("check_page.exam"), found.exam_title.zh if zh else found.exam_title.en),
        Fact(words("check_page.day"), day(found.opened_ms)),
        Fact(words("check_page.site"), found.site),
    ]
    if found.state is not ResultState.WITHHELD:
        rows.append(Fact(words("check_page.score"), score(words, result.score_milli, result.max_milli)))
    return [
        *rows,
        Fact(words("check_page.code"), grouped(found.code)),
        Fact(words("check_page.log"), str(found.steps[-1].log.index)),
        Fact(words("check_page.registry"), found.registry),
    ]


def table(rows: Iterable[Fact]) -> str:
    """Give facts as a list of definitions."""
    lines = (f"<div><dt>{escape(row.name)}</dt><dd>{escape(row.value)}</dd></div>" for row in rows)
    return f"<dl>{''.join(lines)}</dl>"


def verdict(words: Words, found: ResultStatement) -> str:
    """Say in a word what stands."""
    return words(f"check_page.{verdict_class(found)}")


def verdict_class(found: ResultStatement) -> str:
    """Give which of the four it is: passed, failed, voided, withheld."""
    if found.state is ResultState.STANDS:
        return "passed" if found.steps[-1].result.passed else "failed"
    return found.state.value


def simulated_note(words: Words, found: ResultStatement) -> str:
    """Say that nobody sat, where nobody did."""
    return f'<p class="verdict withheld">{escape(words("check_page.simulated"))}</p>' if found.simulated else ""


def step_line(words: Words, step: Step) -> str:
    """Say one step of a result's history."""
    result = step.result
    passed = "voided" if result.voided else "passed" if result.passed else "failed"
    return words(
        f"check_page.step.{step.kind.value}",
        at=day(step.at_ms),
        score=score(words, result.score_milli, result.max_milli),
        passed=words(f"check_page.{passed}"),
        index=step.log.index,
    )


def score(words: Words, milli: int, most: int) -> str:
    """Say marks of marks."""
    return words("check_page.marks", score=marks(milli), most=marks(most))


def marks(milli: int) -> str:
    """Write thousandths of a mark without needless noughts."""
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def day(ms: int) -> str:
    """Write a day as all of China counts it: a slip reads the same wherever it is checked."""
    return f"{datetime.fromtimestamp(ms / 1000, tz=_CHINA):%Y-%m-%d}"


def day_time(ms: int) -> str:
    """Write a time to the minute, with its zone."""
    return f"{datetime.fromtimestamp(ms / 1000, tz=_CHINA):%Y-%m-%d %H:%M %z}"
