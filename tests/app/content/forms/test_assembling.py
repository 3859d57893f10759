"""From a bank's folder and a blueprint's file to a form: the same bytes on every machine, in every order of reading."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.content.bank import Bank
from app.content.folder import Origin, folder_facts, merge
from app.content.formats.found import Found
from app.content.forms.assembling import (
    BlueprintUnreadable,
    SeedRefused,
    assemble,
    form_json,
    marks,
    read_blueprint,
    read_seed,
)
from app.content.forms.facts import BankFacts, facts_of
from app.content.packing.package import SealedPackage, pack
from app.content.qti.reading import read_package
from app.resources import resource_folder
from sync.wire.document import canonical_json
from sync.wire.plan import Blueprint, ItemKind
from tests.app.exam.forms import section

SAMPLE = resource_folder() / "sample-bank"
EXAMPLE = resource_folder() / "blueprint-example.toml"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_package(SAMPLE)


@pytest.fixture(scope="module")
def facts(bank: Bank) -> BankFacts:
    return facts_of(bank)


def command(*arguments: object, hash_seed: int) -> bytes:
    """Run the command in a process of its own, as another machine would: another order of sets, another place."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    program = [sys.executable, "-m", "app.cli.main", "content", "assemble", *(str(part) for part in arguments)]
    return subprocess.run(program, env=environment, check=True, capture_output=True).stdout


def test_two_machines_assemble_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "moved").symlink_to(SAMPLE, target_is_directory=True)
    copied = tmp_path / "rule.toml"
    copied.write_bytes(EXAMPLE.read_bytes())
    here = command("--bank", SAMPLE, "--blueprint", EXAMPLE, "--seed", "2026 冬", "--json", hash_seed=1)
    there = command("--bank", SAMPLE.resolve(), "--blueprint", copied, "--seed", "2026 冬", "--json", hash_seed=2)
    assert here == there
    told = json.loads(here)
    assert here == canonical_json(told) + b"\n", "one line of canonical JSON and nothing else"
    assert [place["number"] for place in told["items"]] == list(range(1, 101))
    assert [place["section"] for place in told["items"]] == [1] * 70 + [2] * 30
    assert {place["kind"] for place in told["items"]} == {"true_false", "single_choice"}
    assert told["max"] == 100
    assert told["seed"] == hashlib.sha256("2026 冬".encode()).hexdigest()


def test_the_example_blueprint_is_the_rule_of_the_printed_exam() -> None:
    rule = read_blueprint(EXAMPLE.read_bytes())
    assert [(one.kind, one.count, one.milli_each) for one in rule.sections] == [
        (ItemKind.TRUE_FALSE, 70, 1000),
        (ItemKind.SINGLE_CHOICE, 30, 1000),
    ]
    assert rule == Blueprint(sections=rule.sections), "everything else in it is the default"


def test_a_blueprint_is_the_same_as_toml_and_as_json(facts: BankFacts) -> None:
    from_toml = read_blueprint(EXAMPLE.read_bytes())
    as_json = canonical_json(from_toml.model_dump(mode="json"))
    assert read_blueprint(as_json) == read_blueprint(b"\xef\xbb\xbf\n " + as_json) == from_toml
    first = form_json(facts, from_toml, "0" * 64, assemble(facts, from_toml, "0" * 64))
    again = read_blueprint(as_json)
    assert form_json(facts, again, "0" * 64, assemble(facts, again, "0" * 64)) == first


def test_the_banks_digest_hangs_on_every_item_and_key_and_on_nothing_else(bank: Bank, facts: BankFacts) -> None:
    assert facts_of(bank).sha256 == facts.sha256
    fewer = Bank(bank.id, bank.title, bank.items[1:], bank.markings, bank.media)
    assert facts_of(fewer).sha256 != facts.sha256
    first, second = bank.items[0], bank.items[1]
    swapped = {**bank.markings, first.id: bank.markings[second.id]}
    assert facts_of(Bank(bank.id, bank.title, bank.items, swapped, bank.media)).sha256 != facts.sha256
    renamed = Bank("other", bank.title, bank.items, bank.markings, bank.media)
    assert facts_of(renamed).sha256 == facts.sha256


def test_a_bank_that_was_imported_into_a_folder_gives_the_same_form(
    bank: Bank, facts: BankFacts, tmp_path: Path
) -> None:
    """From the folder's index, without reading an item."""
    found = [
        Found(one, bank.markings[one.id], {m.name: bank.media[one.id, m.name] for m in one.media}, one.id)
        for one in bank.items
    ]
    merge(tmp_path / "bank", found, Origin(bank.id, bank.title, "sample-bank"))
    imported = folder_facts(tmp_path / "bank")
    assert imported.items == facts.items
    rule, seed = read_blueprint(EXAMPLE.read_bytes()), read_seed("s")
    assert form_json(imported, rule, seed, assemble(imported, rule, seed)) == form_json(
        facts, rule, seed, assemble(facts, rule, seed)
    )


def test_a_bank_and_the_package_made_of_it_tell_the_same_of_their_items(bank: Bank, facts: BankFacts) -> None:
    raw = pack(bank, "01890a5d-ac96-774b-bcce-b302099a8057", 1, 0, b"c" * 32, b"m" * 32)
    packed = SealedPackage.parse(raw).header.items
    shared = set(type(facts.items[0]).model_fields)
    assert [one.model_dump(include=shared) for one in packed] == [one.model_dump() for one in facts.items]


@pytest.mark.parametrize(("seed", "digits"), [("ab" * 32, "ab" * 32), ("s", hashlib.sha256(b"s").hexdigest())])
def test_a_seed_is_any_short_text_or_the_digits_themselves(seed: str, digits: str) -> None:
    assert read_seed(seed) == digits
    assert read_seed("AB" * 32) != "ab" * 32, "digits are written small; anything else is a text"


@pytest.mark.parametrize("seed", ["", "x" * 201, "\ud800"])
def test_no_seed_or_an_endless_one_is_refused(seed: str) -> None:
    with pytest.raises(SeedRefused):
        read_seed(seed)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"\xff\xfe", "file"),
        (b"{", "file"),
        (b"{" + b'"a":[' * 100_000, "file"),
        (b"sections = 2026-01-01", "file"),
        (b"sections = []", "sections"),
        (b"[[sections]]\ncount = 1\nmilli_each = 1000\ntitle = {zh='a', en='a'}\nkind = 'essay'", "sections.0.kind"),
        (b"[[sections]]\ncount = '1'\nmilli_each = 1000\ntitle = {zh='a', en='a'}", "sections.0.count"),
        (b"shuffel = true\n[[sections]]\ncount = 1\nmilli_each = 1\ntitle = {zh='a', en='a'}", "shuffel"),
        (b'{"sections": NaN}', "sections"),
    ],
)
def test_what_is_no_blueprint_is_refused_with_the_place(raw: bytes, place: str) -> None:
    with pytest.raises(BlueprintUnreadable) as caught:
        read_blueprint(raw)
    assert caught.value.facts == {"place": place}


def test_marks_are_whole_or_have_thousandths(facts: BankFacts) -> None:
    assert (marks(1000), marks(1500), marks(1)) == (1, 1.5, 0.001)
    rule = Blueprint(sections=(section(3, ItemKind.SINGLE_CHOICE, milli=1500),))
    told = form_json(facts, rule, "0" * 64, assemble(facts, rule, "0" * 64))
    assert (told["max"], told["items"][0]["marks"]) == (4.5, 1.5)
