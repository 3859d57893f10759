import io

import av
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.content.media import fonts
from app.content.media.formula import MAX_INK, PIXELS_PER_EM, FormulaPicture, formula
from app.content.media.formula_nodes import MAX_WORK
from app.content.media.mathml import MAX_CELLS, MAX_DEPTH, MAX_MATHML_BYTES
from app.content.media.medium import MediumRefused
from tests.spent import spent_s

HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
SUM = "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
MINUS_B = "<mo>-</mo><mi>b</mi>"
ROOT = "<msqrt><msup><mi>b</mi><mn>2</mn></msup><mo>-</mo><mn>4</mn><mi>a</mi><mi>c</mi></msqrt>"


def math(inside: str, **attributes: str) -> bytes:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{said}>{inside}</math>'.encode()


def drawn(inside: str, **attributes: str) -> FormulaPicture:
    return formula(math(inside, **attributes))


def ink(picture: FormulaPicture) -> list[bytes]:
    """Decode a picture with another's library: the alpha of every row."""
    with av.open(io.BytesIO(picture.png), mode="r", format="png_pipe") as container:
        frame = next(container.decode(video=0)).reformat(format="rgba")
    data, stride = bytes(frame.planes[0]), frame.planes[0].line_size
    return [data[at * stride : at * stride + 4 * frame.width][3::4] for at in range(frame.height)]


def bands(picture: FormulaPicture) -> list[tuple[int, int]]:
    """Give the stretches of rows that have ink, from the top: for a fraction its numerator, rule and denominator."""
    found: list[tuple[int, int]] = []
    for at, row in enumerate(ink(picture)):
        if any(row):
            found = [*found[:-1], (found[-1][0], at + 1)] if found and found[-1][1] == at else [*found, (at, at + 1)]
    return found


def width(picture: FormulaPicture) -> int:
    return len(ink(picture)[0])


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (HALF, "1/2"),
        (f"<mn>2</mn>{HALF}", "2 1/2"),
        (f"<mn>2</mn>{HALF}<mi>x</mi>", "2(1/2)x"),
        (f"<mi>a</mi><mo>÷</mo>{HALF}", "a÷(1/2)"),
        (f"<mfrac>{HALF}<mn>3</mn></mfrac>", "(1/2)/3"),
        (
            f"<mfrac><mrow>{MINUS_B}<mo>±</mo>{ROOT}</mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac>",
            "(−b±√(b^2−4ac))/(2a)",
        ),
        ("<msup><mi>x</mi><mn>2</mn></msup><mi>y</mi>", "x^2 y"),
        ("<msup><mi>x</mi><mrow><mn>2</mn><mi>y</mi></mrow></msup>", "x^(2y)"),
        ("<msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow><mn>2</mn></msup>", "(a+b)^2"),
        ("<msub><mi>a</mi><mi>i</mi></msub><mo>≤</mo><mn>3</mn>", "a_i≤3"),
        ("<mn>1</mn><mn>2</mn>", "1 2"),
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "√[3](8)"),
        (f"{SUM}<msub><mi>a</mi><mi>i</mi></msub>", "∑_(i=1)^n a_i"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", "sin x"),
        ("<mover><mi>a</mi><mo>→</mo></mover>", "a\u20d7"),
        ("<mover><mo>→</mo><mi>Δ</mi></mover>", "→^Δ"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        ("<mfenced><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac></mfenced>", "([n; k])"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>0</mn></mtd></mtr></mtable>",
            "[1, 0; 0]",
        ),
        ("<msup><mi>f</mi><mo>′</mo></msup><mo>=</mo><msup><mn>90</mn><mo>∘</mo></msup>", "f′=90°"),
        ("<msubsup><mtext>SO</mtext><mn>4</mn><mrow><mn>2</mn><mo>-</mo></mrow></msubsup>", "SO_4^(2−)"),
        ("<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "_6^14 C"),
        ("<mi mathvariant='double-struck'>R</mi>", "ℝ"),
        ("<menclose notation='box'><mi>x</mi></menclose>", "□(x)"),
        ("<semantics><mi>x</mi><annotation encoding='TeX'>the answer</annotation></semantics>", "x"),
    ],
)
def test_a_formula_is_said_in_one_line_that_reads_one_way(inside: str, text: str) -> None:
    assert drawn(inside).text == text


def test_a_half_is_one_over_two_and_not_twelve() -> None:
    half, twelve = drawn(HALF, display="block"), drawn("<mn>12</mn>")
    over, rule, under = bands(half)
    assert abs((over[1] - over[0]) - (under[1] - under[0])) <= 2  # digits of one height
    assert rule[1] - rule[0] <= PIXELS_PER_EM // 10
    assert any(all(row[6:-6]) for row in ink(half)[slice(*rule)])  # the rule goes across
    assert half.height_milli_em > 2 * twelve.height_milli_em
    assert width(half) < width(twelve)


def test_the_baseline_is_where_a_digit_stands() -> None:
    digit, descender, half = drawn("<mn>1</mn>"), drawn("<mi>y</mi>"), drawn(HALF, display="block")
    assert digit.drop_milli_em <= 20
    assert 600 <= digit.height_milli_em <= 720
    assert 180 <= descender.drop_milli_em <= 300
    # the rule of a fraction lies on the axis, where the minus is
    minus = drawn("<mo>-</mo>")
    assert minus.drop_milli_em == 0
    above = half.height_milli_em - half.drop_milli_em
    rule = bands(half)[1]
    assert abs(above - 1000 * sum(rule) / 2 / PIXELS_PER_EM - 250) <= 40


def test_scripts_are_smaller_and_higher_or_lower() -> None:
    plain, power, index = (
        drawn(text) for text in ("<mi>x</mi>", "<msup><mi>x</mi><mn>2</mn></msup>", "<msub><mi>x</mi><mn>2</mn></msub>")
    )
    assert power.height_milli_em > plain.height_milli_em + 200
    assert power.drop_milli_em <= plain.drop_milli_em + 20
    assert index.drop_milli_em > plain.drop_milli_em + 150
    water = drawn("<msub><mi mathvariant='normal'>H</mi><mn>2</mn></msub><mi mathvariant='normal'>O</mi>")
    assert water.text == "H_2 O"
    assert 100 <= water.drop_milli_em <= 350


def test_a_root_covers_what_is_under_it() -> None:
    bare, root = drawn("<mi>x</mi><mo>+</mo><mn>1</mn>"), drawn("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>")
    assert root.height_milli_em > bare.height_milli_em
    bar = ink(root)[1]
    assert sum(map(bool, bar)) > 0.9 * width(bare) - 8
    tall = drawn(f"<msqrt>{HALF}</msqrt>", display="block")
    assert tall.height_milli_em > drawn(HALF, display="block").height_milli_em


def test_limits_stand_over_and_under_a_sum_and_brackets_grow_around_a_matrix() -> None:
    assert len(bands(drawn(SUM, display="block"))) >= 3
    cells = f"<mtable>{''.join(f'<mtr><mtd><mn>{digit}</mn></mtd></mtr>' for digit in (1, 2, 3))}</mtable>"
    matrix = drawn(f"<mo>(</mo>{cells}<mo>)</mo>")
    assert len(bands(drawn(cells))) == 3
    assert len(bands(matrix)) == 1  # the brackets are as high as all of it
    beside = drawn(f"<mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo><mo>=</mo><mo>(</mo>{cells}<mo>)</mo>")
    third = [row[: width(beside) // 3] for row in ink(beside)]
    assert sum(map(any, third)) < len(third) / 2  # … and those of f(x) only as x


def test_chinese_is_drawn_each_character_in_its_square() -> None:
    one, two = drawn("<mtext>速</mtext>"), drawn("<mtext>速度</mtext>")
    assert abs(width(two) - width(one) - PIXELS_PER_EM) <= 6
    assert 800 <= one.height_milli_em <= 1000
    assert ink(drawn("<mtext>速</mtext>")) != ink(drawn("<mtext>度</mtext>"))  # no empty boxes
    mixed = drawn("<msub><mi>v</mi><mtext>平均</mtext></msub><mo>=</mo><mtext>路程s</mtext><mo>，</mo>")
    assert mixed.text == "v_平均=路程s，"
    assert fonts.is_han("均")
    assert not fonts.is_han("v")


def test_only_alpha_is_ink_and_equal_input_gives_equal_bytes() -> None:
    assert drawn(HALF) == drawn(HALF)
    assert drawn(HALF).png[25] == 4  # grey with alpha
    assert formula(math(HALF)) == formula(math(HALF).replace(b' xmlns="http://www.w3.org/1998/Math/MathML"', b""))


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<maction><mi>x</mi><mi>y</mi></maction>", "<maction>"),
        ("<apply><plus/></apply>", "<apply>"),
        ("<mi href='http://example.org'>x</mi>", "mi href"),
        ("<mphantom><mi>x</mi></mphantom>", "<mphantom>"),
        ("<mi mathcolor='red'>x</mi>", "mi mathcolor"),
        ("<mi style='display:none'>x</mi>", "mi style"),
        ("<mpadded width='0'><mi>x</mi></mpadded>", "mpadded width"),
        ("<mtable columnlines='solid'><mtr><mtd><mi>x</mi></mtd></mtr></mtable>", "mtable columnlines"),
        ("<menclose notation='radical'><mi>x</mi></menclose>", "menclose notation"),
        ("<mfrac><mn>1</mn></mfrac>", "<mfrac>"),
        ("<mrow>text</mrow>", "<mrow> text"),
        ("<mtext>한</mtext>", "한"),
        ("<mtext>😀</mtext>", "😀"),
        ("<mtext>a\u202eb</mtext>", "U+202E"),
        ("<mi>x<script/></mi>", "<script>"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "<svg>"),
        ("<mspace width='500em'/><mi>x</mi>", "500em"),
        ("<mrow/>", ""),
    ],
)
def test_what_would_not_be_drawn_as_it_was_meant_is_refused_by_its_name(inside: str, name: str) -> None:
    with pytest.raises(MediumRefused) as refused:
        drawn(inside)
    assert refused.value.name == name


@pytest.mark.parametrize(
    "mathml",
    [
        b"",
        b"<math>",
        b"<mrow/>",
        b'<!DOCTYPE math [<!ENTITY a "1">]><math><mi>&a;</mi></math>',
        math("<mi>&half;</mi>"),
        math("x" * MAX_MATHML_BYTES),
        math("<mrow displaystyle='true'>" * (MAX_DEPTH + 1) + "<mi>x</mi>" + "</mrow>" * (MAX_DEPTH + 1)),
        math("<mrow displaystyle='true'>" * 18 + "<mi>x</mi>" + "</mrow>" * 18),
        math("<mo>(</mo>" * 300 + "<mi>x</mi>" + "<mo>)</mo>" * 300),
        math("<mtable><mtr>" + "<mtd><mi>x</mi></mtd>" * (MAX_CELLS + 1) + "</mtr></mtable>"),
        math("<mi>x</mi><mo>+</mo>" * 900),
        math("<mtext>" + "x" * MAX_WORK + "</mtext>"),
        math("<mtext>" + "长" * (MAX_INK // PIXELS_PER_EM + 2) + "</mtext>"),
    ],
)
def test_beyond_a_bound_is_refused_at_once(mathml: bytes) -> None:
    begun = spent_s()
    with pytest.raises(MediumRefused):
        formula(mathml)
    assert spent_s() - begun < 2


LEAVES = st.sampled_from(
    [
        "<mi>x</mi>",
        "<mn>12</mn>",
        "<mo>-</mo>",
        "<mo>(</mo>",
        "<mo>)</mo>",
        "<mo>∑</mo>",
        "<mtext>速 v</mtext>",
        "<mspace/>",
        "<mrow/>",
        "<none/>",
        "<mo>|</mo>",
        "<mo>¯</mo>",
    ]
)
HOLDERS = st.sampled_from(
    [
        "mrow",
        "mfrac",
        "msup",
        "msub",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "msqrt",
        "mroot",
        "mfenced",
        "mtd",
        "mtr",
        "mtable",
        "menclose",
        "mmultiscripts",
        "mstyle",
        "semantics",
    ]
)


@settings(max_examples=60)
@given(
    st.recursive(
        LEAVES,
        lambda inner: st.tuples(HOLDERS, st.lists(inner, max_size=3)).map(
            lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
        ),
        max_leaves=12,
    )
)
@example("<mmultiscripts><mi>x</mi><mi>x</mi><mtd></mtd></mmultiscripts>")
def test_any_tree_is_drawn_or_refused(inside: str) -> None:
    try:
        picture = drawn(inside)
    except MediumRefused:
        return
    assert picture.height_milli_em >= picture.drop_milli_em >= 0
    assert any(map(any, ink(picture)))


@settings(max_examples=60)
@given(st.integers(0, 400), st.binary(max_size=4))
def test_damaged_bytes_are_drawn_or_refused(at: int, noise: bytes) -> None:
    whole = math(f"{SUM}{HALF}<msqrt><mi>x</mi></msqrt>")
    try:
        picture = formula(whole[:at] + noise + whole[at + len(noise) :])
    except MediumRefused:
        return
    assert picture.text
