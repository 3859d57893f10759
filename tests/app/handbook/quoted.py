"""What the handbook's pages say of the programs: quotations of the screens, and commands."""

import re
from functools import cache

from app.exam.prose import Language
from app.handbook.book import Page, lines_of
from app.handbook.markdown import Commands, Kind
from app.words import all_keys

_HOLE = re.compile(r"\{\w+\}")


@cache
def _said(language: Language) -> dict[str, frozenset[str]]:
    """Give what stands on the screens, whole or between two facts that are filled in, and the keys it stands at."""
    found: dict[str, set[str]] = {}
    for key, sentence in all_keys(language).items():
        for part in {sentence, *_HOLE.split(sentence)}:
            trimmed = part.strip(" ：:，,\u3000")
            if len(trimmed) > 1:
                found.setdefault(trimmed, set()).add(key)
    return {part: frozenset(keys) for part, keys in found.items()}


def keys_said(quotation: str, language: Language) -> frozenset[str]:
    """Give the keys of the sentences that a quotation is, or is a whole part of."""
    return _said(language).get(quotation, frozenset())


def quotes(page: Page) -> list[str]:
    """Give every quotation of a page, without its quotes."""
    lines = (runs for block in page.blocks for runs in lines_of(block))
    texts = [(run.kind, run.text) for runs in lines for run in runs]
    told = [text[1:-1] for kind, text in texts if kind is Kind.SCREEN]
    strong = " ".join(text for kind, text in texts if kind is Kind.STRONG)
    return [*told, *re.findall(r"[「“]([^」”]+)[」”]", strong)]


def commands(page: Page) -> list[str]:
    """Give every command of a page that is ours: in commands of their own, and within lines."""
    own = [line for block in page.blocks if isinstance(block, Commands) for line in block.lines]
    within = [run.text for block in page.blocks for runs in lines_of(block) for run in runs if run.kind is Kind.COMMAND]
    return [line for line in (*own, *within) if re.search(r"\bexamroom [a-z]", line)]
