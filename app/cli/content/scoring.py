"""`examroom content score`: what an item, or a test, makes of responses; the same rules that a seat follows."""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypedDict

import typer

from app.cli.console import command, print_text, say
from app.cli.content.group import app
from app.exam.marking import BaseType, Cardinality, Declaration, Role
from app.exam.processing.faults import ProcessingRefused, ResponseRefused
from app.exam.processing.lexical import shown, write_scalar
from app.exam.processing.outcomes import AssessmentResult, Attempt, score_assessment
from app.exam.processing.run import ItemResult, score_values, typed_responses
from app.exam.processing.values import Container, Pair, Point, Record, Scalar, Single, Value
from sync.faults import Refused

if TYPE_CHECKING:
    from app.content.qti.scorable import Scorable
    from app.content.qti.test import ReadTest

MAX_INPUT: Final = 1_000_000
MAX_SEED: Final = 2**63

_HOLDING: Final = frozenset({"responses", "items"})
_BESIDE: Final = frozenset({"seed", "duration"})

Json = dict[str, Any]


class ResponsesUnreadable(Refused):
    """What came in is not JSON of the form that is needed, or too long."""

    code: ClassVar[str] = "RESPONSES_UNREADABLE"

    def __init__(self, detail: str) -> None:
        item = {"responses": {"RESPONSE": "A"}, "seed": 0}
        test = {"items": {"item-1": {"RESPONSE": "A"}}, "seed": 0}
        super().__init__(detail, item_form=json.dumps(item), test_form=json.dumps(test))


@app.command("score")
@command
def score(
    file: Annotated[Path, typer.Argument(help="An item or a test of QTI 2.x or 3.0.", metavar="ITEM.xml")],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Score an item (or a test) with the responses that come in as JSON on standard input."""
    from app.content.archive import BankUnreadable, open_archive
    from app.content.qti.scorable import ITEM, Scorable, read_root, scorable
    from app.content.qti.test import TEST, read_test
    from app.content.xml import name_of

    path = file.resolve() if file.is_symlink() else file
    if not path.exists():
        raise BankUnreadable("not there", path=str(file))
    with open_archive(path.parent) as archive:
        root = read_root(archive, path.name, ITEM, TEST)
        what = scorable(root, path.name) if name_of(root) == ITEM else read_test(archive, root, path.name)
    given = read_input(sys.stdin.buffer.read(MAX_INPUT + 1) if sys.stdin else b"")
    result: ItemResult | AssessmentResult
    if isinstance(what, Scorable):
        check_form(given, "responses")
        result = score_values(what.marking, given_responses(what, given.get("responses")), **_circumstances(given))
    else:
        check_form(given, "items")
        seed = read_seed(given)
        result = score_assessment(what.assessment, what.markings, given_attempts(what, given, seed), seed)
        if result.score is not None and not math.isfinite(result.score):
            reason = f"SCORE comes to {write_scalar(result.score)}"
            raise ProcessingRefused(what.assessment.identifier, reason, declared="SCORE")
    if as_json:
        typer.echo(json.dumps(result_json(result), ensure_ascii=False, separators=(",", ":")))
    else:
        print_outcomes(result)


class _Circumstances(TypedDict):
    seed: int
    duration_s: float


def _circumstances(given: Json, seed: int = 0) -> _Circumstances:
    return {"seed": read_seed(given, seed), "duration_s": read_duration(given)}


def given_attempts(test: "ReadTest", given: Json, seed: int) -> dict[str, Attempt]:
    """Read the responses to a test's items, by item reference (with ".2" for one that was drawn a second time).

    Raises:
        ResponsesUnreadable: they are not an object of objects.
        ResponseRefused: an item is not the test's, or a response not of its type or not offered.
    """
    items = given.get("items")
    if items is None:
        return {}
    if not isinstance(items, dict):
        raise ResponsesUnreadable("the items are not an object")
    attempts = {}
    for key, entry in items.items():
        name = key if key in test.items else key.rpartition(".")[0]
        item = test.items.get(name)
        if item is None:
            raise ResponseRefused(key[:80], "no item of this test")
        if entry is None:
            continue
        if not isinstance(entry, dict):
            raise ResponsesUnreadable(f"the item {key[:80]!r} is not an object")
        wrapped = "responses" in entry and item.marking.declaration("responses") is None
        responses = given_responses(item, entry["responses"] if wrapped else entry)
        attempts[key] = Attempt(responses, **_circumstances(entry if wrapped else {}, seed))
    return attempts


def print_outcomes(result: ItemResult | AssessmentResult) -> None:
    """Say in words what an item or a test came to."""
    for name, value in result.outcomes.items():
        print_text(f"{name}: {shown(value)}")
    if result.score is None:
        say("scoring.unscored")
    elif result.max_score is None:
        say("scoring.scored", score=write_scalar(result.score))
    else:
        say("scoring.scored_of", score=write_scalar(result.score), max=write_scalar(result.max_score))


def result_json(result: ItemResult | AssessmentResult) -> Json:
    """Give a result as the command prints it: an item's, or a test's with its items' and its feedback."""
    made: Json = {
        "outcomes": {name: plain(value) for name, value in result.outcomes.items()},
        "score": finite(result.score),
        "max_score": finite(result.max_score),
    }
    if isinstance(result, AssessmentResult):
        made["items"] = {key: result_json(item) for key, item in result.items.items()}
        made["feedback"] = [
            {
                "identifier": each.identifier,
                "outcome": each.outcome,
                "access": "atEnd" if each.at_end else "during",
                "title": each.title,
            }
            for each in result.feedback
        ]
    return made


def plain(value: Value) -> object:
    """Give a value as JSON has it: numbers, booleans and texts; pairs and points as QTI writes them; NULL null."""
    match value:
        case Single():
            return _plain_scalar(value.value)
        case Container():
            return [_plain_scalar(each) for each in value.values]
        case Record():
            return {name: _plain_scalar(one.value) for name, one in value.fields}
    return None


def finite(number: float | None) -> float | str | None:
    """Give a number as JSON can hold it; what is infinite or none as QTI writes it."""
    return number if number is None or math.isfinite(number) else write_scalar(number)


def _plain_scalar(value: Scalar) -> object:
    if isinstance(value, Pair | Point):
        return write_scalar(value)
    return finite(value) if isinstance(value, float) else value


def read_input(raw: bytes) -> Json:
    """Read what came in on standard input.

    Raises:
        ResponsesUnreadable: too long, no JSON, or not an object.
    """
    if len(raw) > MAX_INPUT:
        raise ResponsesUnreadable(f"more than {MAX_INPUT} bytes")
    try:
        given = json.loads(
            raw.decode("utf-8-sig").strip() or "{}", object_pairs_hook=_once, parse_constant=_no_constant
        )
    except RecursionError:
        raise ResponsesUnreadable("nested too deeply") from None
    except ValueError as error:  # JSON's and Unicode's errors among them
        raise ResponsesUnreadable(str(error)[:200]) from None
    if not isinstance(given, dict):
        raise ResponsesUnreadable("not an object")
    return given


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def read_seed(given: Json, otherwise: int = 0) -> int:
    """Give the seed of templates and tests.

    Raises:
        ResponsesUnreadable: it is no whole number of 64 bits.
    """
    seed = given.get("seed", otherwise)
    if isinstance(seed, bool) or not isinstance(seed, int) or not -MAX_SEED <= seed < MAX_SEED:
        raise ResponsesUnreadable("the seed is not a whole number")
    return seed


def read_duration(given: Json) -> float:
    """Give the attempt's duration in seconds, 0 if none is given.

    Raises:
        ResponsesUnreadable: it is no duration.
    """
    seconds = given.get("duration", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 10**9:
        raise ResponsesUnreadable("the duration is not a number of seconds")
    return float(seconds)


def check_form(given: Json, wanted: str) -> None:
    """Check that what came in has its responses where they are looked for: not scored is not the same as wrong.

    Raises:
        ResponsesUnreadable: there is something, but not `wanted` ("responses" of an item, "items" of a test).
    """
    strange = [name for name, value in given.items() if name not in _BESIDE and (value or name not in _HOLDING)]
    if wanted not in given and strange:
        raise ResponsesUnreadable(f"{strange[0][:60]!r} stands there, but no {wanted!r}")


def given_responses(item: "Scorable", given: object) -> dict[str, Value]:
    """Read the responses to an item, as its declarations say and its body offers.

    Raises:
        ResponsesUnreadable: they are not an object of responses.
        ResponseRefused: one is not declared, not of its type, or cannot be given.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ResponsesUnreadable("the responses are not an object")
    responses: dict[str, Value] = {}
    for name, value in given.items():
        declaration = item.marking.declaration(name)
        if declaration is None or declaration.role is not Role.RESPONSE:
            raise ResponseRefused(name[:80], "no response of this item")
        if isinstance(value, dict):
            responses[name] = _record(declaration, value)
        else:
            responses |= typed_responses(item.marking, {name: _texts(declaration, value)})
            if name in item.offers:
                item.offers[name].check(name, responses[name])
    return responses


def _texts(declaration: Declaration, value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(_text(declaration, each) for each in values)


def _text(declaration: Declaration, value: object) -> str:
    kind = declaration.base_type
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        fits = kind is BaseType.BOOLEAN
    else:
        fits = isinstance(value, int | float) and kind in {BaseType.INTEGER, BaseType.FLOAT, BaseType.DURATION, None}
    if not fits or not isinstance(value, int | float):
        raise ResponseRefused(declaration.identifier, f"{json.dumps(value)[:60]} is not of type {kind}")
    if isinstance(value, float) and not (kind is BaseType.INTEGER and value.is_integer()):
        return repr(value) if math.isfinite(value) else str(value)
    try:
        return str(value).lower() if isinstance(value, bool) else str(int(value))
    except ValueError:  # more digits than Python writes
        raise ResponseRefused(declaration.identifier, "a number that is too large") from None


def _record(declaration: Declaration, given: Json) -> Value:
    if declaration.cardinality is not Cardinality.RECORD:
        raise ResponseRefused(declaration.identifier, "an object for what is no record")
    fields: list[tuple[str, Single]] = []
    for name, value in given.items():
        match value:
            case bool():
                fields.append((name, Single(BaseType.BOOLEAN, value)))
            case int() if abs(value) < MAX_SEED:
                fields.append((name, Single(BaseType.INTEGER, value)))
            case float() if math.isfinite(value):
                fields.append((name, Single(BaseType.FLOAT, value)))
            case str() if value:
                fields.append((name, Single(BaseType.STRING, value)))
            case None | "":
                pass
            case _:
                raise ResponseRefused(declaration.identifier, f"the field {name[:60]!r}")
    return Record(tuple(fields)) if fields else None
