"""Every fault of the seat's talk with the registry, and of the registry, has words in both languages."""

import importlib
import pkgutil

import pytest

import app.registry
import sync.client
from app.exam.prose import Language
from app.words import Words, all_keys
from sync.faults import Fault


def faults() -> list[type[Fault]]:
    found = set()
    for package in (sync.client, app.registry):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            names = vars(importlib.import_module(module.name)).values()
            found |= {each for each in names if isinstance(each, type) and issubclass(each, Fault)}
    return sorted((fault for fault in found if hasattr(fault, "code")), key=lambda fault: fault.__name__)


@pytest.mark.parametrize("language", list(Language))
def test_every_fault_says_what_is_safe_and_what_to_do(language: Language) -> None:
    missing = [
        f"{fault.code}.{part}"
        for fault in faults()
        for part in ("what", "safe", "do")
        if not Words(language).has(f"fault.{fault.code}.{part}")
    ]
    assert missing == []
    assert len(faults()) > 30


def test_both_languages_have_the_same_keys() -> None:
    assert set(all_keys(Language.ZH)) == set(all_keys(Language.EN))
