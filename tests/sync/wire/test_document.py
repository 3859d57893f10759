"""Documents have one form of bytes; everything else is refused with a reason, and never with another error."""

import json
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.document import Document, DocumentRefused, Part, canonical_json, payload_type
from sync.wire.ids import Base64, Digest, Id, Millis, Name, new_id


class Inner(Part):
    """A part of the example."""

    name: Name
    good: bool


class Example(Document):
    """A document with a field of every kind."""

    PAYLOAD_TYPE: ClassVar[str] = payload_type("example")
    MAX_BYTES: ClassVar[int] = 50_000

    example: Id
    digest: Digest
    at_ms: Millis
    blob: Base64
    score: int
    inner: tuple[Inner, ...]
    note: str | None = None


ID = new_id()
INNER = Inner(name="名", good=True)
GOOD = Example(example=ID, digest="a" * 64, at_ms=1, blob="AA==", score=1, inner=(INNER,))
RAW = GOOD.to_bytes()

examples = st.builds(
    Example,
    example=st.just(ID),
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    at_ms=st.integers(0, 2**53 - 1),
    blob=st.just("AA=="),
    score=st.integers(-(10**30), 10**30),
    inner=st.lists(
        st.builds(
            Inner,
            name=st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=30),
            good=st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    note=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


def reason(raw: bytes) -> str:
    with pytest.raises(DocumentRefused) as caught:
        Example.parse(raw)
    return caught.value.detail


@given(examples)
def test_a_document_reads_back_from_its_own_bytes(document: Example) -> None:
    raw = document.to_bytes()
    assert Example.parse(raw) == document
    assert Example.parse(raw).to_bytes() == raw


@given(examples)
def test_the_bytes_are_sorted_without_spaces_and_in_utf8(document: Example) -> None:
    raw = document.to_bytes()
    tree = json.loads(raw)
    assert list(tree) == sorted(tree)
    assert raw == json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@given(examples)
def test_any_other_way_to_write_the_same_document_is_refused(document: Example) -> None:
    tree = json.loads(document.to_bytes())
    for other in (
        json.dumps(tree, sort_keys=True, ensure_ascii=False).encode(),
        json.dumps(dict(reversed(tree.items())), separators=(",", ":"), ensure_ascii=False).encode(),
        canonical_json(tree) + b"\n",
        b" " + canonical_json(tree),
    ):
        assert reason(other) == "Example: not in canonical form"


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_without_any_other_error(raw: bytes) -> None:
    assert reason(raw).startswith("Example: ")


@given(place=st.integers(0, len(RAW) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_never_gives_the_same_document(place: int, flip: int) -> None:
    changed = RAW[:place] + bytes([RAW[place] ^ flip]) + RAW[place + 1 :]
    try:
        document = Example.parse(changed)
    except DocumentRefused:
        return
    assert document != GOOD
    assert document.to_bytes() == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"score":1', b'"score":1,"score":1'),
        (b'"score":1', b'"score":1,"score":2'),
        (b'"good":true', b'"good":false,"good":true'),
        (b'"score":1', b'"score":-0'),
        (b'"digest"', b'"\\u0064igest"'),
        ("名".encode(), b"\\u540d"),
    ],
)
def test_a_field_written_twice_or_in_disguise_is_refused(old: bytes, new: bytes) -> None:
    assert reason(RAW.replace(old, new)) == "Example: not in canonical form"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (b'"score":1', b'"score":1,"scores":1', "scores"),
        (b'"good":true', b'"good":true,"more":1', "inner.0.more"),
        (b'"good":true', b'"good":1', "inner.0.good"),
        (b'"score":1', b'"score":1.0', "score"),
        (b'"score":1', b'"score":1e0', "score"),
        (b'"score":1', b'"score":"1"', "score"),
        (b'"score":1', b'"score":true', "score"),
        (b'"score":1', b'"score":NaN', "score"),
        (b'"score":1', b'"score":Infinity', "score"),
        (b'"score":1', b'"score":null', "score"),
        (b',"score":1', b"", "score"),
        (b'"at_ms":1', b'"at_ms":-1', "at_ms"),
        (b'"at_ms":1', b'"at_ms":9007199254740992', "at_ms"),
        (b'"AA=="', b'"_-=="', "blob"),
        (b'"AA=="', b'"AA==\\n"', "blob"),
        (b"a" * 64, b"A" * 64, "digest"),
        (b"a" * 64, b"a" * 63, "digest"),
        (b"a" * 64, b"a" * 64 + b"\\n", "digest"),
        ("名".encode(), b"", "inner.0.name"),
        ("名".encode(), b"x" * 201, "inner.0.name"),
        (b'"score":1', b'"score":' + b"9" * 5000, "document"),
        ("名".encode(), b"\\ud800", "document"),
        ("名".encode(), b"\xed\xa0\x80", "document"),
        ("名".encode(), b"\xff", "document"),
    ],
)
def test_a_wrong_field_is_refused_and_named(old: bytes, new: bytes, where: str) -> None:
    assert old in RAW
    assert reason(RAW.replace(old, new)).startswith(f"Example: {where}: ")


@given(digits=st.integers(4290, 4310))
def test_numbers_at_the_edge_of_what_can_be_read_make_no_other_error(digits: int) -> None:
    raw = RAW.replace(b'"score":1', b'"score":' + b"9" * digits)
    try:
        assert Example.parse(raw).to_bytes() == raw
    except DocumentRefused as fault:
        assert "document" in fault.detail  # noqa: PT017 - both ends are right here, a third is not


@pytest.mark.parametrize("opening", [b"[", b'{"inner":', b'{"inner":['])
@pytest.mark.parametrize("times", [100, 1_000, 5_000])
def test_deep_nesting_is_refused(opening: bytes, times: int) -> None:
    assert reason(opening * times).startswith("Example: document: ")
    inside = RAW.replace(b'"score":1', b'"score":' + b"[" * times + b"]" * times)
    assert reason(inside).startswith("Example: ")


def test_more_bytes_than_the_document_may_have_are_not_parsed() -> None:
    padded = RAW + b" " * (Example.MAX_BYTES - len(RAW))
    assert reason(padded) == "Example: not in canonical form"
    assert reason(padded + b" ") == "Example: 50001 bytes, at most 50000"


def test_a_refusal_never_repeats_a_value() -> None:
    secret = "身份证号110101199003078888"
    raw = RAW.replace("名".encode(), (secret * 20).encode())
    assert secret not in reason(raw)


def test_nothing_that_is_no_number_is_ever_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"score": float("nan")})
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
