import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.marking import BaseType, Cardinality, Written
from app.exam.processing.lexical import read_scalar, read_value, write_scalar, write_value
from app.exam.processing.values import INTEGER_LIMIT, Pair, Point, Record, same

IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.\-]{0,12}", fullmatch=True)
INTEGERS = st.integers(-INTEGER_LIMIT, INTEGER_LIMIT - 1)
TYPED = st.one_of(
    st.tuples(st.just(BaseType.INTEGER), INTEGERS),
    st.tuples(st.just(BaseType.FLOAT), st.floats(allow_nan=False)),
    st.tuples(st.just(BaseType.DURATION), st.floats(0, 1e9)),
    st.tuples(st.just(BaseType.BOOLEAN), st.booleans()),
    st.tuples(st.just(BaseType.IDENTIFIER), IDENTIFIERS),
    st.tuples(st.just(BaseType.POINT), st.builds(Point, INTEGERS, INTEGERS)),
    st.tuples(st.just(BaseType.DIRECTED_PAIR), st.builds(Pair, IDENTIFIERS, IDENTIFIERS)),
)


@given(TYPED)
def test_what_is_written_is_read_again(typed: tuple[BaseType, object]) -> None:
    base_type, value = typed
    assert read_scalar(base_type, write_scalar(value)) == value  # type: ignore[arg-type]


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_a_container_that_is_written_is_read_again(numbers: list[float]) -> None:
    value = read_value(Cardinality.ORDERED, BaseType.FLOAT, [Written(write_scalar(one)) for one in numbers])
    assert same(read_value(Cardinality.ORDERED, BaseType.FLOAT, write_value(value)), value)


@pytest.mark.parametrize(
    ("base_type", "text"),
    [
        (BaseType.INTEGER, "1.0"),
        (BaseType.INTEGER, "１"),
        (BaseType.INTEGER, "0x10"),
        (BaseType.INTEGER, str(2**63)),
        (BaseType.INTEGER, "9" * 5000),
        (BaseType.FLOAT, "1,5"),
        (BaseType.FLOAT, "nan"),
        (BaseType.FLOAT, "1_000"),
        (BaseType.FLOAT, ""),
        (BaseType.BOOLEAN, "True"),
        (BaseType.POINT, "10"),
        (BaseType.POINT, "10,20"),
        (BaseType.POINT, "1.5 2"),
        (BaseType.PAIR, "A B C"),
        (BaseType.DURATION, "-1"),
        (BaseType.DURATION, "INF"),
        (BaseType.IDENTIFIER, "A B"),
        (BaseType.IDENTIFIER, " "),
        (BaseType.STRING, "x" * 100_001),
    ],
)
def test_what_is_not_of_a_type_is_refused(base_type: BaseType, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_scalar(base_type, text)


@pytest.mark.parametrize(
    ("base_type", "text", "value"),
    [
        (BaseType.INTEGER, " +5\n", 5),
        (BaseType.FLOAT, "1.", 1.0),
        (BaseType.FLOAT, ".5e1", 5.0),
        (BaseType.FLOAT, "-INF", float("-inf")),
        (BaseType.BOOLEAN, "1", True),
        (BaseType.POINT, "10  20", Point(10, 20)),
        (BaseType.STRING, " kept ", " kept "),
        (BaseType.STRING, "\n   York\n  ", "York"),
    ],
)
def test_xml_schemas_forms_are_read(base_type: BaseType, text: str, value: object) -> None:
    assert read_scalar(base_type, text) == value


def test_a_record_keeps_its_fields_and_refuses_one_twice() -> None:
    written = (Written("3", "a", BaseType.INTEGER), Written("x", "b", BaseType.STRING))
    value = read_value(Cardinality.RECORD, None, written)
    assert isinstance(value, Record)
    assert write_value(value) == written
    with pytest.raises(ValueError, match="stands twice"):
        read_value(Cardinality.RECORD, None, (written[0], written[0]))


def test_several_values_are_none_for_a_single_variable() -> None:
    with pytest.raises(ValueError, match="2 values"):
        read_value(Cardinality.SINGLE, BaseType.INTEGER, (Written("1"), Written("2")))
