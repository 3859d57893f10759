"""What people read: every sentence of every program, in Chinese and English, by its key. No Qt.

The sentences live in `resources/words/<language>/*.toml`, one table per screen or command and `[fault.<CODE>]` for
every fault (keys `what`, `safe`, `do`). Both languages must have the same keys and placeholders; a test holds that.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.exam.prose import Language
from app.resources import resource_folder
from app.words.reasons import reason_in
from sync.faults import Fault


@dataclass(frozen=True)
class FaultWords:
    """What a person reads of a fault: what happened, what is safe, what to do, and the small code at the end.

    `reason` says why in more detail, empty if the fault brings none.
    """

    what: str
    safe: str
    do: str
    code: str
    reason: str = ""


@dataclass(frozen=True)
class Words:
    """The sentences of one language."""

    language: Language

    def __call__(self, key: str, **facts: str | int) -> str:
        """Give the sentence at `key` ("screen.sentence") with its placeholders filled.

        Raises:
            KeyError: there is no such sentence (a defect; the tests compare code and sentences).
        """
        return _sentences(self.language)[key].format(**facts)

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence at `key`."""
        return key in _sentences(self.language)

    def fault(self, fault: Fault) -> FaultWords:
        """Put a fault in words; one that has none (a defect) still shows its code instead of ending the program."""
        key = f"fault.{fault.code}"
        reason = reason_in(self.language, fault.reason)
        if not self.has(f"{key}.what"):
            return FaultWords(fault.code, "", "", fault.code, reason)
        what, safe, do = (self(f"{key}.{part}", **fault.facts) for part in ("what", "safe", "do"))
        return FaultWords(what, safe, do, fault.code, reason)


def all_keys(language: Language) -> Mapping[str, str]:
    """Give every key and its unfilled sentence."""
    return _sentences(language)


@cache
def _sentences(language: Language) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in sorted((resource_folder() / "words" / language.value).glob("*.toml")):
        for key, sentence in _flatten("", tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"the sentence {key} stands twice, the second time in {file.name}")
            found[key] = sentence
    return MappingProxyType(found)


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        rows += _flatten(key, value) if isinstance(value, Mapping) else [(key, str(value))]
    return rows
