"""The calculator reckons in decimal, step by step, and says when there is no result."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.calculator import DIGITS, Calculator, Key


def typed(keys: str) -> Calculator:
    names = {"-": Key.SUBTRACT, "*": Key.MULTIPLY, "/": Key.DIVIDE, "r": Key.ROOT, "s": Key.SIGN, "<": Key.BACK}
    names |= {"p": Key.MEMORY_ADD, "m": Key.MEMORY_SUBTRACT, "R": Key.MEMORY_READ, "X": Key.MEMORY_CLEAR}
    calculator = Calculator()
    for key in keys.replace(" ", ""):
        if key.isdigit():
            calculator.digit(int(key))
        else:
            calculator.press(names[key] if key in names else Key(key))
    return calculator


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("0.1+0.2=", "0.3"),
        ("2+3*4=", "20"),
        ("1/3=", "0.33333333333"),
        ("2/3*3=", "2"),
        ("5+=", "10"),
        ("5+3===", "14"),
        ("9r", "3"),
        ("2r*2r=", "2"),
        ("200+10%=", "220"),
        ("200*10%=", "20"),
        ("12s+2=", "-10"),
        ("12<3", "13"),
        ("1<<", "0"),
        ("..5", "0.5"),
        ("007", "7"),
        ("3+-2=", "1"),
        ("8p2*R=", "16"),
        ("8pXR", "0"),
        ("8p3mR", "5"),
        ("7=8", "8"),
        ("999999999999*999999999999=", "1e24"),
        ("1/3/999999999999=", "3.3333333e-13"),
        ("0.00001*0.00001=", "0.0000000001"),
        ("1234567890123", "123456789012"),
    ],
)
def test_it_reckons(keys: str, shown: str) -> None:
    assert typed(keys).shown == shown


@pytest.mark.parametrize("keys", ["1/0=", "0/0=", "4sr", "1/0=+5="])
def test_what_has_no_result_is_said_until_it_is_cleared(keys: str) -> None:
    calculator = typed(keys)
    assert calculator.impossible
    assert not calculator.shown
    calculator.press(Key.CLEAR)
    assert (calculator.shown, calculator.impossible) == ("0", False)


def test_what_waits_is_shown() -> None:
    assert typed("12*").pending == "12 ×"
    assert not typed("12*2=").pending


@given(st.text("0123456789.+-*/=%rs<pmRXC", max_size=60))
def test_whatever_is_pressed_it_fits_the_display_and_never_fails(keys: str) -> None:
    calculator = typed(keys)
    assert calculator.impossible or Decimal(calculator.shown).is_finite()
    assert sum(character.isdigit() for character in calculator.shown) <= DIGITS + 1
    assert len(calculator.shown) <= DIGITS + 3
