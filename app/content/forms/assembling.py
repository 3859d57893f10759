"""Assembling a form from a bank (组卷), with nothing but the bank, a blueprint and a seed: the same bytes anywhere.

A blueprint file is the wire's `Blueprint` (`sync/wire/plan.py`) as JSON, or the same fields as TOML; what begins with
`{` is JSON. `resources/blueprint-example.toml` has every field.
"""

import hashlib
import json
import re
import tomllib
from typing import Any, Final

from pydantic import ValidationError

from app.content.forms.facts import BankFacts
from app.exam.form import Form, draw_form
from sync.faults import Refused
from sync.wire.document import canonical_json
from sync.wire.plan import Blueprint

MAX_SEED: Final = 200  # characters
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BlueprintUnreadable(Refused):
    """The blueprint file is none. Fact: `place`, where in the file."""

    code = "BLUEPRINT_UNREADABLE"


class SeedRefused(Refused):
    """The seed is empty or too long."""

    code = "SEED_REFUSED"


def read_blueprint(raw: bytes) -> Blueprint:
    """Read a blueprint file.

    Raises:
        BlueprintUnreadable: no UTF-8, neither JSON nor TOML, or not the fields of a blueprint.
    """
    try:
        text = raw.decode("utf-8-sig")
        table = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return Blueprint.model_validate_json(json.dumps(table))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "blueprint"
        raise BlueprintUnreadable(first["msg"], place=place) from None
    except (ValueError, TypeError, RecursionError) as error:  # no UTF-8, no JSON, no TOML; a date; nested too deeply
        raise BlueprintUnreadable(str(error)[:200], place="file") from None


def read_seed(text: str) -> str:
    """Give the seed that a text stands for: 64 hexadecimal digits as they are, else the text's SHA-256.

    Raises:
        SeedRefused: no text, more than `MAX_SEED` characters, or half a character.
    """
    if _DIGEST.fullmatch(text):
        return text
    try:
        if not 1 <= len(text) <= MAX_SEED:
            raise SeedRefused(f"{len(text)} characters, at most {MAX_SEED}")
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise SeedRefused("not text") from None


def blueprint_digest(blueprint: Blueprint) -> str:
    """Give the SHA-256 of a blueprint's canonical JSON, every field written."""
    return hashlib.sha256(canonical_json(blueprint.model_dump(mode="json"))).hexdigest()


def assemble(facts: BankFacts, blueprint: Blueprint, seed: str) -> Form:
    """Draw the form of a bank; `seed` is 64 hexadecimal digits. The bank's digest stands where a package's would.

    Raises:
        BlueprintUnmet: the bank cannot give what the blueprint asks for.
    """
    return draw_form(facts.items, facts.sha256, blueprint, seed)


def form_json(facts: BankFacts, blueprint: Blueprint, seed: str, form: Form) -> dict[str, Any]:
    """Give a form as the command prints it: marks are whole or with thousandths, sections count from 1."""
    return {
        "bank": facts.bank,
        "bank_sha256": facts.sha256,
        "blueprint_sha256": blueprint_digest(blueprint),
        "seed": seed,
        "form_sha256": form.sha256,
        "max": marks(form.max_milli),
        "items": [
            {
                "number": place.number,
                "item": place.item,
                "section": place.section + 1,
                "kind": place.kind.value,
                "marks": marks(place.max_milli),
                "orders": {name: list(order) for name, order in place.orders},
            }
            for place in form.items
        ],
    }


def marks(milli: int) -> int | float:
    """Give thousandths of a mark as marks: a whole number if it is one."""
    return milli // 1000 if milli % 1000 == 0 else milli / 1000
