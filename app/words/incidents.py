"""Incidents as people read them: what a code means, and what its detail says, wherever they stand."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from app.exam.prose import Language
from app.exam.room import EVIDENCE_MARK
from app.words import Words, all_keys
from sync.wire.packet import Incident
from sync.wire.plan import Violation

_EXTENDED: Final = re.compile(r"([0-9]+) s: (.*)", re.DOTALL)
_SECONDS: Final = re.compile(r"([+-]?[0-9]+) s")
_GAP: Final = re.compile(r"([0-9]+) s at ([0-9]+) s")
_MINUTE_S: Final = 60
_SEEN, _GONE, _GUARD = "SEEN_", "GONE_", "GUARD_"
OF_THE_PC: Final = (_SEEN, _GONE, _GUARD)
"""What the codes of incidents begin with that tell of the PC: a check's finding came, went; the guard noticed."""
_OF_A_CHECK: Final = frozenset({"CHECK_OVERRIDDEN", "CONDUCT_SETTLED", "ENVIRONMENT_SETTLED", "NOTICE_NOT_SETTLED"})
OF_ANSWERING: Final = frozenset({"ANSWER_WITHOUT_INPUT", "ANSWER_BY_INJECTED_INPUT", "IMPOSSIBLE_PACE", "TEXT_AT_ONCE"})
"""The codes of incidents that tell of how a candidate answered (`app.exam.conduct.Oddity`)."""
_ANSWERING: Final = re.compile(r"([0-9]{1,4}(?: [0-9]{1,4})*):(?: ([0-9]{1,9}) (characters|events|items|s))?")
_FIGURES: Final = MappingProxyType(
    {
        "characters": "incident.answering_characters",
        "events": "incident.answering_events",
        "items": "incident.answering_items",
        "s": "incident.answering_s",
    }
)
_FINDING: Final = re.compile(r"([a-z][a-z0-9_]{1,39}): (.*)", re.DOTALL)

_FORMS: Final = frozenset({"environment.form", "screen.corner_form"})
"""Whose sentences called `reason_…` can be chosen as a reason."""
_NOTED: Final = "；"
"""Stands between a reason that was chosen and a note to it."""


def incident_name(incident: Incident, violations: Iterable[Violation], words: Words) -> str:
    """Name an incident; an irregularity by its clause and title, what a newer program logged by its code."""
    if incident.clause is None:
        if incident.code.startswith(OF_THE_PC):
            return _of_the_pc(incident.code, words)
        key = f"incident.{incident.code}"
        return words(key) if words.has(key) else words("incident.other", code=incident.code)
    titles = {one.code: str(getattr(one.title, words.language.value)) for one in violations}
    return words("incident.by_clause", clause=incident.clause, title=titles.get(incident.clause, "")).rstrip()


def incident_detail(incident: Incident, words: Words) -> str:
    """Say the detail: what people wrote as they wrote it, times in minutes and seconds, faults in words."""
    detail = incident.detail
    if incident.code in _OF_A_CHECK or incident.code in OF_ANSWERING or incident.code.startswith(OF_THE_PC):
        return _detail_of_what_was_seen(incident, words)
    if extended := _EXTENDED.fullmatch(detail):
        return words(
            "incident.so_long_because", time=so_long(int(extended[1]), words), why=reason_here(extended[2], words)
        )
    if seconds := _SECONDS.fullmatch(detail):
        sign = detail[0] if detail[0] in "+-" else ""
        return sign + so_long(abs(int(seconds[1])), words)
    if gap := _GAP.fullmatch(detail):
        return words("incident.gap_at", at=so_long(int(gap[2]), words), time=so_long(int(gap[1]), words))
    for key in (f"incident.detail_{detail}", f"fault.{detail}.what"):
        if words.has(key) and "{" not in all_keys(words.language)[key]:
            return words(key)
    return reason_here(detail, words)


def reason_here(reason: str, words: Words) -> str:
    """Give a reason in the reader's language if it was chosen from a list; what a person wrote stays as written."""
    ready, mark, note = reason.partition(_NOTED)
    key = _ready_reasons().get(ready)
    return f"{words(key)}{mark}{note}" if key else reason


@cache
def _ready_reasons() -> Mapping[str, str]:
    """Give the key of every sentence that can be chosen as a reason, by how it reads in either language."""
    listed = ((key, text) for language in Language for key, text in all_keys(language).items())
    return MappingProxyType({text: key for key, text in listed if _is_ready(*key.rsplit(".", 1))})


def _is_ready(form: str, name: str = "") -> bool:
    return form in _FORMS and name.startswith("reason_")


def answering(detail: str) -> tuple[str, dict[str, str | int]] | None:
    """Give the sentence (key and placeholders) of a detail like "12: 48 characters"; None: a newer program wrote it."""
    found = _ANSWERING.fullmatch(detail)
    if found is None:
        return None
    facts: dict[str, str | int] = {"items": found[1]}
    if found[3] is None:
        return "incident.answering_never", facts
    return _FIGURES[found[3]], facts | {"count": int(found[2])}


def finding_name(code: str, words: Words) -> str:
    """Name a check, what the guard can notice, or an oddity of answering; by its code what a newer program knows."""
    keys = (f"check.{code}.name", f"guard.event.{code}.name", f"conduct.{code}.name")
    return next((words(key) for key in keys if words.has(key)), code)


def _detail_of_what_was_seen(incident: Incident, words: Words) -> str:
    """Say what was seen as it was seen, figures in words, and what two proctors went on over by its name."""
    if incident.code in OF_ANSWERING and (said := answering(incident.detail)):
        return words(said[0], **said[1])
    finding = _FINDING.fullmatch(incident.detail) if incident.code in _OF_A_CHECK else None
    if finding is None:
        return incident.detail
    reason, *seen = finding[2].split(EVIDENCE_MARK)
    told = EVIDENCE_MARK.join((reason_here(reason, words), *seen))
    return words("incident.overridden_detail", name=finding_name(finding[1], words), reason=told)


def _of_the_pc(code: str, words: Words) -> str:
    kind, _, rest = code.partition("_")
    name = finding_name(rest.lower(), words)
    return name if f"{kind}_" == _GUARD else words(f"incident.{kind.lower()}", name=name)


def so_long(seconds: int, words: Words) -> str:
    """Say a time in minutes and seconds."""
    minutes, rest = divmod(seconds, _MINUTE_S)
    if not minutes:
        return words("incident.seconds", seconds=rest)
    if not rest:
        return words("incident.minutes", minutes=minutes)
    return words("incident.minutes_seconds", minutes=minutes, seconds=rest)
