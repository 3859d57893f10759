"""A pocket calculator: one number after the other, reckoned in decimal, with as many digits as its display holds.

Nothing typed is ever evaluated as a program: each key is one step of a small machine.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, InvalidOperation
from enum import StrEnum
from typing import Final

DIGITS: Final = 12
"""The display holds so many."""
_LARGEST: Final = Decimal(10) ** 99
_CONTEXT: Final = Context(prec=40, rounding=ROUND_HALF_UP, Emax=999, Emin=-999)
_SHOWN: Final = Context(prec=DIGITS, rounding=ROUND_HALF_UP)
_ZERO: Final = Decimal(0)


class Key(StrEnum):
    """A key that is no digit."""

    POINT = "."
    ADD = "+"
    SUBTRACT = "−"
    MULTIPLY = "×"
    DIVIDE = "÷"
    EQUALS = "="
    PERCENT = "%"
    ROOT = "√"
    SIGN = "±"
    BACK = "⌫"
    CLEAR = "C"
    MEMORY_ADD = "M+"
    MEMORY_SUBTRACT = "M−"
    MEMORY_READ = "MR"
    MEMORY_CLEAR = "MC"


OPERATIONS: Final = (Key.ADD, Key.SUBTRACT, Key.MULTIPLY, Key.DIVIDE)


class Calculator:
    """Takes digits and keys. `impossible`: what was asked has no result; only `CLEAR` goes on from there."""

    def __init__(self) -> None:
        self._memory = _ZERO
        self._clear()

    def _clear(self) -> None:
        self._typed: str | None = "0"  # None: what is shown is a result
        self._value = self._left = _ZERO
        self._operation: Key | None = None
        self._again: tuple[Key, Decimal] | None = None
        self._own = False  # there is a number since the operation was pressed
        self.impossible = False

    @property
    def shown(self) -> str:
        """What the display shows; empty where there is no result."""
        if self.impossible:
            return ""
        return self._typed if self._typed is not None else _written(self._value)

    @property
    def pending(self) -> str:
        """What waits for the next number, such as "12 ×"; empty if nothing does."""
        return f"{_written(self._left)} {self._operation.value}" if self._operation and not self.impossible else ""

    @property
    def remembers(self) -> bool:
        """Whether the memory holds something."""
        return self._memory != _ZERO

    def digit(self, digit: int) -> None:
        """Press a digit, 0 to 9."""
        if self.impossible:
            return
        typed = self._typed or "0"
        if sum(character.isdigit() for character in typed) < DIGITS:
            self._type(f"{'' if typed == '0' else typed}{digit}")

    def press(self, key: Key) -> None:
        """Press another key."""
        if key is Key.CLEAR:
            self._clear()
        elif self.impossible:
            return
        elif key is Key.POINT:
            typed = self._typed or "0"
            self._type(typed if "." in typed else f"{typed}.")
        elif key is Key.BACK:
            if self._typed is not None:
                rest = self._typed[:-1]
                self._type(rest if rest.strip("-") else "0")
        else:
            try:
                self._reckon(key)
            except DecimalException:
                self.impossible = True

    def _type(self, text: str) -> None:
        self._typed, self._value, self._own = text, Decimal(text), True

    def _give(self, value: Decimal) -> None:
        if not value.is_finite() or abs(value) >= _LARGEST:
            raise InvalidOperation
        self._typed, self._value = None, value

    def _reckon(self, key: Key) -> None:
        match key:
            case Key.ADD | Key.SUBTRACT | Key.MULTIPLY | Key.DIVIDE:
                if self._operation is not None and self._own:
                    self._give(_applied(self._operation, self._left, self._value))
                self._left, self._operation, self._typed, self._again = self._value, key, None, None
                self._own = False
            case Key.EQUALS:
                self._equal()
            case Key.PERCENT:
                part = _CONTEXT.divide(self._value, Decimal(100))
                of_left = self._operation in (Key.ADD, Key.SUBTRACT)
                self._enter(_CONTEXT.multiply(self._left, part) if of_left else part)
            case Key.ROOT:
                self._enter(_CONTEXT.sqrt(self._value))
            case Key.SIGN:
                self._turn_sign()
            case _:
                self._remember(key)

    def _enter(self, value: Decimal) -> None:
        self._give(value)
        self._own = True

    def _equal(self) -> None:
        if self._operation is not None:
            operation, right = self._operation, self._value
            self._give(_applied(operation, self._left, right))
            self._again, self._operation = (operation, right), None
        elif self._again is not None:
            operation, right = self._again
            self._give(_applied(operation, self._value, right))
        else:
            self._give(self._value)
        self._own = False

    def _turn_sign(self) -> None:
        if self._typed is None:
            self._enter(-self._value)
        elif self._value != _ZERO:
            self._type(self._typed[1:] if self._typed.startswith("-") else f"-{self._typed}")

    def _remember(self, key: Key) -> None:
        match key:
            case Key.MEMORY_ADD:
                self._memory = _CONTEXT.add(self._memory, self._value)
            case Key.MEMORY_SUBTRACT:
                self._memory = _CONTEXT.subtract(self._memory, self._value)
            case Key.MEMORY_READ:
                self._enter(self._memory)
                return
            case _:
                self._memory = _ZERO
        self._give(self._value)
        self._own = True


def _applied(operation: Key, left: Decimal, right: Decimal) -> Decimal:
    match operation:
        case Key.ADD:
            return _CONTEXT.add(left, right)
        case Key.SUBTRACT:
            return _CONTEXT.subtract(left, right)
        case Key.MULTIPLY:
            return _CONTEXT.multiply(left, right)
        case _:
            return _CONTEXT.divide(left, right)


def _written(value: Decimal) -> str:
    """Write a number in at most `DIGITS` digits, without zeros at its end."""
    rounded = _SHOWN.plus(value)
    if rounded == _ZERO:
        return "0"
    if -DIGITS < rounded.adjusted() < DIGITS:
        places = max(0, DIGITS - 1 - max(0, rounded.adjusted()))
        text = f"{rounded:.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if text.strip("-") != "0":
            return text
    mantissa, _, exponent = f"{rounded:.{DIGITS - 5}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
