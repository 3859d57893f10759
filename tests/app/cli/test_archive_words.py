"""What the archive's service tells is said in words, in both languages, whatever happens."""

import pytest

from app.archive.service import Event, Happening
from app.cli import archive_words
from app.cli.archive_words import say_event
from app.exam.prose import Language
from app.words import Words
from proctoring.vault.store.receiving import Outcome
from sync.wire.archive import AsideReason
from sync.wire.ids import new_id

RECORDING = new_id()
NOON_MS = 1_800_000_000_000  # 2027-01-15 08:00 UTC
FIGURES: dict[str, str | int] = {
    "sure_ms": NOON_MS,
    "said_ms": NOON_MS,
    "expected_ms": NOON_MS,
    "until_ms": NOON_MS,
    "due_ms": NOON_MS,
}
FACTS: dict[Happening, list[dict[str, str | int]]] = {
    Happening.ARRIVED: [{"recording": RECORDING, "verdict": "complete"}],
    Happening.ASIDE: [{"recording": RECORDING, "reason": reason.value} for reason in AsideReason],
    Happening.FAILED: [{"recording": RECORDING, "code": code} for code in ("DISK_FULL", "CUSTODY_REFUSED")],
    Happening.CLOCK: [FIGURES],
    Happening.FROZEN: [FIGURES],
    Happening.DISK_FULL: [{"free_bytes": 5}],
    Happening.MEDIUM_DUE: [{"serial": "SIM0042", **FIGURES}],
    Happening.TROUBLE: [
        {"recording": RECORDING, "stranger": "custody/x"},
        {"recording": RECORDING, "code": "CUSTODY_REFUSED"},
        {"recording": RECORDING, "code": "CUSTODY_CUT"},
        {"stranger": "clock/x"},
        {"register": "media", "code": "MEDIA_REGISTER_REFUSED"},
    ],
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("happening", list(Happening))
def test_every_event_is_a_sentence_without_raw_figures(
    happening: Happening, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()

    def say(key: str, **facts: str | int) -> None:
        told.append(Words(language)(key, **facts))

    monkeypatch.setattr(archive_words, "words", lambda: Words(language))
    monkeypatch.setattr(archive_words, "say", say)
    for facts in FACTS.get(happening, [{"recording": RECORDING, **FIGURES}]):
        say_event(Event(happening, facts))
        said = told.pop()
        assert str(NOON_MS) not in said
        assert "_ms" not in said
        assert "{" not in said
        assert len(said) > len("recording")
        for fact in ("recording", "serial", "stranger"):
            assert str(facts.get(fact, "")) in said


def test_what_came_of_an_arrival_is_a_happening() -> None:
    assert {outcome.value for outcome in Outcome} <= {happening.value for happening in Happening}
