"""The sentences people read: the same in both languages, whole for every fault, and none that nobody says."""

import re
from collections.abc import Iterator

import pytest

from app.exam.prose import Language
from app.words import Words
from sync.faults import Fault
from tests.app.words.sources import fault_classes, placeholders, said, sentences

ZH, EN = Language.ZH, Language.EN
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z][A-Za-z.\-/_]{3,}")

LATIN_IN_CHINESE = {
    "folder": "a kind of address",
    "path": "in an address",
    "bucket/prefix": "in an address",
    "endpoint": "in an address",
    "https": "in an address",
    "PgDn": "what stands on the key",
    "PgUp": "what stands on the key",
    "Windows": "a system's own name",
    "examroom": "the command's own name",
    "examroom-seat": "a package's own name",
    "examroom-registry": "a package's own name",
    "agent": "a command",
    "outbox": "a command",
    "retry": "a command",
    "export": "a command",
    "lockdown": "a command",
    "install": "a command",
    "packet": "a command",
    "receipt": "a command",
    "revoke": "a command",
    "device": "a command",
    "decommission": "a command",
    "doctor": "a command",
    "apply": "a command",
    "update": "a command",
    "registry": "a command",
    "recorder": "a command",
    "choose": "a command",
    "archive": "a command",
    "admit": "a command",
    "content": "a command",
    "check": "a command",
    "remove": "a command",
    "seat": "a command",
    "take": "a command",
    "carry": "a command",
    "accept-replica": "a command",
    "token-pin": "a command",
    "show": "a command",
    "site": "a command",
    "seat/log": "a folder's name",
    "verify": "a command",
    "run": "a command",
    "trust": "an option",
    "port": "an option",
    "peer": "an option",
    "bank": "an option",
    "replace": "an option",
    "renew": "an option",
    "proof": "an option",
    "root-keys": "an option",
    "version": "an option",
    "recipients": "a table of the session file",
    "resources/session-example.toml": "a file's name",
    "resources/blueprint-example.toml": "a file's name",
    "parallel": "an option",
    "reuse": "an option",
    "difficulty": "an option",
    "item": "a column of a file",
    "UTF-": "an encoding's name",
    "Ctrl": "a key of the keyboard",
    "xvfb": "a program's name",
    "Xvfb": "a program's name",
    "SIGKILL": "a signal's name, for whoever runs the demonstration",
    "SHA-": "an algorithm's name",
    "sudo": "a command",
    "setup": "a command",
    "setup-example.toml": "a file's name",
    "auto": "a value of the answer file",
    "synthetic": "a value of the answer file",
    "base": "an encoding's name",
    "JPEG": "a picture format's name",
    "WebM": "a format of clips",
    "Opus": "a codec",
    "English": "the way to the other language, for those who read only that",
}

COMPUTED = {
    r"readiness\.(\w+)\.(\w+)\.(?:seen|meaning|advice)": "opening: what a check found",
    r"readiness\.no_(\w+)\.name": "readiness: one of the two tracks has no device",
    r"readiness\.no_(\w+)\.(\w+)\.(?:seen|meaning|advice)": "the same",
}
"""Keys that are put together from parts only: where, and how. Each part must be a text of the program."""


def used_patterns() -> Iterator[str]:
    yield from said().patterns
    yield from COMPUTED


def test_both_languages_have_the_same_keys() -> None:
    assert set(sentences(ZH)) == set(sentences(EN))


def test_both_languages_have_the_same_placeholders() -> None:
    different = {
        key: (placeholders(sentences(ZH)[key]), placeholders(sentence))
        for key, sentence in sentences(EN).items()
        if placeholders(sentences(ZH)[key]) != placeholders(sentence)
    }
    assert different == {}


@pytest.mark.parametrize("language", Language)
def test_no_sentence_is_empty_or_untidy(language: Language) -> None:
    for key, sentence in sentences(language).items():
        assert sentence, key
        assert sentence == sentence.strip() or key == "screen.simulated.between", key
        assert "  " not in sentence, key


@pytest.mark.parametrize("language", Language)
def test_every_fault_says_what_happened_what_is_safe_and_what_to_do(language: Language) -> None:
    kinds = fault_classes()
    assert len(kinds) > 80
    missing = [
        f"{kind.__module__}.{kind.__name__}: fault.{kind.code}.{part}"
        for kind in kinds
        for part in ("what", "safe", "do")
        if f"fault.{kind.code}.{part}" not in sentences(language)
    ]
    assert missing == []


def test_no_words_are_kept_for_a_fault_there_is_not() -> None:
    codes = {kind.code for kind in fault_classes()}
    spoken = {key.split(".")[1] for key in sentences(EN) if key.startswith("fault.")}
    assert spoken - codes == set()


def test_one_code_is_one_kind_of_fault_on_each_side_of_the_network() -> None:
    by_code: dict[str, set[str]] = {}
    for kind in fault_classes():
        by_code.setdefault(kind.code, set()).add(kind.__module__.split(".")[0])
    names: dict[str, int] = {}
    for kind in fault_classes():
        names[kind.code] = names.get(kind.code, 0) + 1
    assert {code: names[code] for code in names if names[code] > len(by_code[code])} == {}


def test_whoever_raises_a_fault_gives_the_facts_its_words_need() -> None:
    needed = {
        kind.__name__: frozenset().union(
            *(placeholders(sentences(EN)[f"fault.{kind.code}.{part}"]) for part in ("what", "safe", "do"))
        )
        for kind in fault_classes()
    }
    own = {kind.__name__ for kind in fault_classes() if kind.__init__ is not Fault.__init__}
    lacking = [
        f"{where}: {name} without {sorted(needed[name] - facts)}"
        for name, where, facts in said().raises
        if name in needed and name not in own and facts is not None and not needed[name] <= facts
    ]
    assert lacking == []


def test_every_key_in_the_code_has_its_sentence() -> None:
    known = sentences(EN)
    tables = {key.rsplit(".", 1)[0] for key in known} | {key.rsplit(".", 2)[0] for key in known if key.count(".") > 1}
    unknown = {key: where for key, where in said().literals.items() if key not in known and key not in tables}
    assert unknown == {}


def test_every_sentence_said_by_its_key_gets_its_facts() -> None:
    wrong = [
        f"{where}: {key} wants {sorted(placeholders(sentences(EN)[key]))}, gets {sorted(facts)}"
        for key, where, facts in said().calls
        if facts is not None and key in sentences(EN) and placeholders(sentences(EN)[key]) != facts
    ]
    assert wrong == []


def test_no_sentence_is_said_by_nobody() -> None:
    def is_said(key: str) -> bool:
        if key in said().literals or key.startswith("fault."):
            return True
        for pattern in used_patterns():
            match = re.fullmatch(pattern, key)
            if match and all(said().is_part(part) for part in match.groups()):
                return True
        return False

    assert [key for key in sentences(EN) if not is_said(key)] == []


def test_every_pattern_of_keys_leads_to_sentences() -> None:
    anything = {r"screen\.(\w+)", r"fault\.(\w+)"}  # what `named` and `Words.fault` begin keys with
    idle = [
        f"{said().patterns.get(pattern, 'COMPUTED')}: {pattern}"
        for pattern in used_patterns()
        if pattern not in anything and not any(re.fullmatch(rf"{pattern}(\..+)?", key) for key in sentences(EN))
    ]
    assert idle == []


def test_english_sentences_hold_no_chinese() -> None:
    chinese = {key for key, text in sentences(EN).items() if HAN.search(text)}
    ways = {"screen.tools.language", "screen.tools.language_long", "screen.display.language_zh"}
    assert chinese == ways, "the way to the other language"


def test_chinese_sentences_hold_no_english_but_a_few_names() -> None:
    foreign = {
        key: sorted(words)
        for key, text in sentences(ZH).items()
        if (words := set(LATIN.findall(re.sub(r"\{\w+\}", "", text))) - LATIN_IN_CHINESE.keys())
    }
    assert foreign == {}


def test_every_listed_name_occurs() -> None:
    everything = " ".join(sentences(ZH).values())
    assert [name for name in LATIN_IN_CHINESE if name not in everything] == []


def test_chinese_sentences_use_chinese_punctuation() -> None:
    half_width = {key: text for key, text in sentences(ZH).items() if re.search(r"[\u4e00-\u9fff][,;:?!]", text)}
    assert half_width == {}


def test_a_key_that_does_not_exist_is_a_defect() -> None:
    words = Words(EN)
    assert not words.has("screen.nothing")
    with pytest.raises(KeyError):
        words("screen.nothing")
