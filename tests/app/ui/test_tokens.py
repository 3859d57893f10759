import dataclasses
import re

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics

from app.exam.appearance import Spacing
from app.ui.flow_document import FlowDocument
from app.ui.look import Look, soft_colour, tone_colour
from app.ui.style import stylesheet
from app.ui.tokens import LIGHT, PALETTES, TYPES, Palette, Space, Tone, Type
from sync.wire.plan import Theme

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


every_palette = pytest.mark.parametrize("palette", PALETTES.values(), ids=[theme.value for theme in PALETTES])


@every_palette
@pytest.mark.parametrize("ground", ["ground", "surface", "accent_soft", "sunken"])
def test_exam_text_has_seven_to_one(palette: Palette, ground: str) -> None:
    assert contrast(palette.ink, getattr(palette, ground)) >= EXAM_TEXT


@every_palette
@pytest.mark.parametrize("ground", ["ground", "surface", "sunken"])
@pytest.mark.parametrize("tone", [tone for tone in Tone if tone is not Tone.ON_ACCENT])
def test_every_tone_can_be_read_on_every_ground(palette: Palette, tone: Tone, ground: str) -> None:
    assert contrast(tone_colour(palette, tone), getattr(palette, ground)) >= OTHER_TEXT


@every_palette
@pytest.mark.parametrize("tone", [Tone.ACCENT, Tone.DONE, Tone.ATTENTION, Tone.DANGER])
def test_a_tone_and_ink_can_be_read_on_its_own_soft_ground(palette: Palette, tone: Tone) -> None:
    assert contrast(tone_colour(palette, tone), soft_colour(palette, tone)) >= OTHER_TEXT
    assert contrast(palette.ink, soft_colour(palette, tone)) >= OTHER_TEXT
    assert contrast(palette.ink_soft, soft_colour(palette, tone)) >= OTHER_TEXT


@every_palette
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on_accent", "accent"),
        ("on_accent", "accent_strong"),
        ("accent", "accent_soft"),
        ("ink", "accent_soft"),
        ("ink_soft", "sunken"),
        ("on_attention", "attention_fill"),
        ("ink", "attention_soft"),
        ("on_danger", "danger_fill"),
        ("surface", "ink"),
    ],
)
def test_text_on_filled_things_can_be_read(palette: Palette, text: str, ground: str) -> None:
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= OTHER_TEXT


@every_palette
@pytest.mark.parametrize("ground", ["surface", "ground"])
@pytest.mark.parametrize("edge", ["line_strong", "accent", "attention", "danger", "focus"])
def test_the_edges_of_what_can_be_used_stand_out(palette: Palette, edge: str, ground: str) -> None:
    assert contrast(getattr(palette, edge), getattr(palette, ground)) >= EDGES


@every_palette
def test_the_focus_ring_stands_out_on_every_fill(palette: Palette) -> None:
    for fill in ("surface", "accent_soft", "ground", "sunken", "attention_soft"):
        assert contrast(palette.focus, getattr(palette, fill)) >= EDGES
    # On strong fills the line of the ground's colour inside the ring does it.
    assert contrast(palette.surface, palette.accent) >= EDGES
    assert contrast(palette.surface, palette.focus) >= EDGES


@every_palette
def test_what_is_chosen_is_told_by_an_edge_that_stands_out_from_its_fill(palette: Palette) -> None:
    assert contrast(palette.accent, palette.accent_soft) >= EDGES


@every_palette
def test_the_alarm_stands_out_from_the_page(palette: Palette) -> None:
    assert contrast(palette.danger_fill, palette.ground) >= 2.5
    assert palette.danger_fill != palette.attention_fill


@every_palette
def test_pictures_of_items_stay_on_white_paper(palette: Palette) -> None:
    assert palette.picture_ground == "#FFFFFF"


@every_palette
def test_every_colour_is_a_full_colour(palette: Palette) -> None:
    assert all(re.fullmatch("#[0-9A-F]{6}", value) for value in dataclasses.asdict(palette).values())


def test_there_is_a_palette_for_every_theme_and_high_contrast_has_the_highest() -> None:
    assert set(PALETTES) == set(Theme)
    high = PALETTES[Theme.CONTRAST]
    assert contrast(high.ink, high.surface) == pytest.approx(21, abs=0.1)
    texts = ("ink", "ink_soft", "accent", "done", "attention", "danger")
    assert all(contrast(getattr(high, text), high.surface) >= EXAM_TEXT for text in texts)


def test_space_keeps_to_the_grid() -> None:
    assert all(space % 4 == 0 for space in Space)


def test_the_stylesheet_knows_no_colour_but_the_tokens() -> None:
    for palette in PALETTES.values():
        found = {word.strip(";,") for word in stylesheet(Look(palette)).split() if word.startswith("#")}
        assert found
        assert found <= set(dataclasses.asdict(palette).values())


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


def test_lines_of_exam_text_stand_as_far_apart_as_was_asked_for() -> None:
    heights = [Look(spacing=spacing).line_height for spacing in Spacing]
    assert heights == sorted(set(heights))
    assert heights[0] >= 1.6
    pitches = [FlowDocument(Look(spacing=spacing)).pitch for spacing in Spacing]
    assert pitches == [round(Look().px(Type.EXAM) * height) for height in heights]
