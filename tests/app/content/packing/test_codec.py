"""What is sealed opens as the same item; JSON that says anything else than its class is refused with the place."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content.packing.blobs import BlobError, item_bytes, marking_bytes, read_item, read_marking
from app.content.packing.codec import CodecError, decode, encode
from app.exam.item import Item
from app.exam.marking import Marking, Node
from tests.app.content.qti.drawing import items

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["_", "name", "children", "attributes", "text", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(items())
def test_every_item_and_marking_opens_as_it_was(drawn: tuple[Item, Marking, dict[str, bytes]]) -> None:
    item, marking, _ = drawn
    assert read_item(item_bytes(item)) == replace(item, label=""), "what its author calls it may tell the key"
    assert read_marking(marking_bytes(marking)) == marking


@given(JSON)
def test_any_json_is_the_class_or_refused(value: Any) -> None:  # noqa: ANN401 - that is the point
    with suppress(CodecError):
        assert encode(decode(Node, value))["_"] == "Node"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"_": "Marking"}, "no Node"),
        ({"name": 1}, "Node.name"),
        ({"children": {}}, "no list"),
        ({"attributes": [["a"]]}, "1 values"),
        ({"more": ""}, "fields"),
        ({"children": [{"_": "Node"}]}, "fields"),
    ],
)
def test_a_field_that_does_not_belong_there_is_named(change: dict[str, Any], place: str) -> None:
    node = encode(Node("sum", (("identifier", "A"),), (Node("null"),)))
    with pytest.raises(CodecError, match=place):
        decode(Node, {**node, **change})


def test_what_is_at_its_default_takes_no_room() -> None:
    assert encode(Node("null")) == {"_": "Node", "name": "null"}


@settings(max_examples=60)
@given(items(), st.data())
def test_markings_are_filled_up_to_powers_of_two(
    drawn: tuple[Item, Marking, dict[str, bytes]], data: st.DataObject
) -> None:
    _, marking, _ = drawn
    raw = marking_bytes(marking)
    assert len(raw) >= 1024
    assert len(raw) & (len(raw) - 1) == 0
    cut = data.draw(st.integers(0, len(raw.rstrip()) - 1))
    with pytest.raises(BlobError):
        read_marking(raw[:cut])
    assert json.loads(raw) == encode(marking)
