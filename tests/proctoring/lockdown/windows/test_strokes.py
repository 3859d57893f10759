import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.lockdown.windows.strokes import Ruling, Sieve, Stroke, stroke_of
from proctoring.win32.layout import KeyboardHook

PROBE = 4711
CTRL, SHIFT, LEFT_ALT, LETTER = 0xA2, 0xA0, 0xA4, 0x41


def sieve() -> Sieve:
    return Sieve(probe=PROBE)


@pytest.mark.parametrize(
    ("name", "held", "key", "alt"),
    [
        ("Alt+Tab", (LEFT_ALT,), 0x09, True),
        ("Alt+Esc", (LEFT_ALT,), 0x1B, True),
        ("Alt+F4", (LEFT_ALT,), 0x73, True),
        ("Alt+Space", (LEFT_ALT,), 0x20, True),
        ("Ctrl+Esc", (CTRL,), 0x1B, False),
        ("Ctrl+Shift+Esc", (CTRL, SHIFT), 0x1B, False),
        ("Win", (), 0x5B, False),
        ("Win+D", (), 0x5C, False),
        ("PrintScreen", (), 0x2C, False),
        ("the menu key", (), 0x5D, False),
        ("the mail key", (), 0xB4, False),
        ("the browser key", (), 0xAC, False),
    ],
)
def test_keys_that_lead_out_are_dropped(name: str, held: tuple[int, ...], key: int, alt: bool) -> None:
    one = sieve()
    for holding in held:
        assert one.rule(Stroke(holding)) is Ruling.PASSES
    assert one.rule(Stroke(key, alt=alt)) is Ruling.LEAVES, name
    assert one.rule(Stroke(key, alt=alt, up=True)) is Ruling.LEAVES


@pytest.mark.parametrize(
    ("held", "key"),
    [((), 0x09), ((), 0x1B), ((), 0x20), ((), 0x73), ((CTRL,), 0x20), ((CTRL,), SHIFT), ((SHIFT,), 0x20), ((), 0xE5)],
)
def test_typing_and_input_methods_go_through(held: tuple[int, ...], key: int) -> None:
    one = sieve()
    for holding in held:
        one.rule(Stroke(holding))
    assert one.rule(Stroke(key)) is Ruling.PASSES


def test_a_control_key_that_was_let_go_holds_nothing() -> None:
    one = sieve()
    one.rule(Stroke(CTRL))
    one.rule(Stroke(CTRL, up=True))
    assert one.rule(Stroke(0x1B)) is Ruling.PASSES


def test_the_hook_s_flags_are_read_as_documented() -> None:
    assert stroke_of(KeyboardHook(vk=9, flags=0x20 | 0x80, extra=5)) == Stroke(9, up=True, alt=True, extra=5)
    assert stroke_of(KeyboardHook(vk=9, flags=0x10)).injected
    assert stroke_of(KeyboardHook(vk=9, flags=0x02)).injected


strokes = st.builds(
    Stroke,
    key=st.sampled_from([LETTER, 0x09, 0x1B, 0x20, 0x73, 0x5B, CTRL, SHIFT, LEFT_ALT]),
    up=st.booleans(),
    alt=st.booleans(),
    injected=st.booleans(),
    extra=st.sampled_from([0, PROBE]),
)


@given(st.lists(strokes, max_size=60))
def test_no_injected_stroke_ever_passes_and_no_key_stays_down(given_strokes: list[Stroke]) -> None:
    one, down = sieve(), set()
    for stroke in given_strokes:
        ruling = one.rule(stroke)
        if stroke.injected:
            assert ruling is (Ruling.PROBE if stroke.extra == PROBE else Ruling.INJECTED)
        elif not stroke.up and ruling is Ruling.PASSES:
            down.add(stroke.key)
        elif stroke.up:
            assert ruling is Ruling.PASSES or stroke.key not in down
            down.discard(stroke.key)


@given(st.lists(strokes, max_size=40))
def test_injected_strokes_change_nothing_of_what_a_hand_does(given_strokes: list[Stroke]) -> None:
    mixed, alone = sieve(), sieve()
    for stroke in given_strokes:
        ruling = mixed.rule(stroke)
        if not stroke.injected:
            assert ruling is alone.rule(stroke)
