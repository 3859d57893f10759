import dataclasses

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics

from app.ui.look import Look, soft_colour, tone_colour
from app.ui.style import stylesheet
from app.ui.tokens import LIGHT, TYPES, Space, Tone, Type

EXAM_TEXT = 7.0
OTHER_TEXT = 4.5
EDGES = 3.0


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", [LIGHT.ground, LIGHT.surface, LIGHT.accent_soft])
def test_exam_text_has_seven_to_one(ground: str) -> None:
    assert contrast(LIGHT.ink, ground) >= EXAM_TEXT


@pytest.mark.parametrize("ground", [LIGHT.ground, LIGHT.surface, LIGHT.sunken])
@pytest.mark.parametrize("tone", [tone for tone in Tone if tone is not Tone.ON_ACCENT])
def test_every_tone_can_be_read_on_every_ground(tone: Tone, ground: str) -> None:
    assert contrast(tone_colour(LIGHT, tone), ground) >= OTHER_TEXT


@pytest.mark.parametrize("tone", [Tone.ACCENT, Tone.DONE, Tone.ATTENTION, Tone.DANGER])
def test_a_tone_and_ink_can_be_read_on_its_own_soft_ground(tone: Tone) -> None:
    assert contrast(tone_colour(LIGHT, tone), soft_colour(LIGHT, tone)) >= OTHER_TEXT
    assert contrast(LIGHT.ink, soft_colour(LIGHT, tone)) >= OTHER_TEXT


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (LIGHT.on_accent, LIGHT.accent),
        (LIGHT.on_accent, LIGHT.accent_strong),
        (LIGHT.on_attention, LIGHT.attention_fill),
        (LIGHT.surface, LIGHT.ink),
    ],
)
def test_text_on_filled_things_can_be_read(text: str, ground: str) -> None:
    assert contrast(text, ground) >= OTHER_TEXT


@pytest.mark.parametrize("edge", [LIGHT.line_strong, LIGHT.accent, LIGHT.attention, LIGHT.focus])
def test_the_edges_of_what_can_be_used_stand_out(edge: str) -> None:
    assert contrast(edge, LIGHT.surface) >= EDGES


def test_the_focus_ring_stands_out_on_every_fill() -> None:
    for fill in (LIGHT.surface, LIGHT.accent_soft, LIGHT.ground):
        assert contrast(LIGHT.focus, fill) >= EDGES
    # On dark fills the light line inside the ring does it.
    assert contrast(LIGHT.surface, LIGHT.accent) >= EDGES


def test_every_colour_is_a_full_colour() -> None:
    assert all(QColor(value).isValid() for value in dataclasses.asdict(LIGHT).values())


def test_space_keeps_to_the_grid() -> None:
    assert all(space % 4 == 0 for space in Space)


def test_the_stylesheet_knows_no_colour_but_the_tokens() -> None:
    found = {word.strip(";,") for word in stylesheet(Look()).split() if word.startswith("#")}
    assert found
    assert found <= set(dataclasses.asdict(LIGHT).values())


def test_exam_text_is_eighteen_to_twenty_pixels_and_grows_to_twice_that() -> None:
    assert 18 <= Look().px(Type.EXAM) <= 20
    assert Look(percent=200).px(Type.EXAM) == 2 * Look().px(Type.EXAM)


def test_no_type_is_smaller_than_fourteen_pixels() -> None:
    assert min(token.px for token in TYPES.values()) >= 14


@pytest.mark.parametrize("kind", [Type.CLOCK, Type.CELL])
def test_digits_have_one_width(kind: Type) -> None:
    metrics = QFontMetrics(Look().font(kind))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_the_family_is_the_one_that_was_asked_for() -> None:
    font: QFont = Look().font(Type.EXAM)
    assert QFontInfo(font).family() == "Noto Sans CJK SC"


def test_a_button_under_the_mouse_does_not_look_shut() -> None:
    rules = {line.split(" {")[0]: line for line in stylesheet(Look()).splitlines()}
    for kind in ("primary", "secondary", "quiet"):
        of = f'QPushButton[kind="{kind}"]'
        assert LIGHT.sunken not in rules[f"{of}:hover, {of}:pressed"]
