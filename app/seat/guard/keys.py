"""Which keys an exam needs. Nothing else reaches the program; what the input method takes it has had before.

The kiosk's own keys are in `app.seat.screens.delivery.item` (letters, digits, PageUp, PageDown, F1; Ctrl+G, H, K); the
rest moves, writes and takes back. The clipboard's three keys go only to a sheet that has a clipboard of its own.
"""

from typing import Final

from PySide6.QtCore import Qt

_NONE: Final = Qt.KeyboardModifier.NoModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_HARMLESS: Final = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
_MODIFIERS: Final = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
    }
)
_MOVING: Final = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Backspace,
    }
)
_BARE: Final = _MOVING | {
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Escape,
}
_WITHOUT_SHIFT: Final = frozenset({Qt.Key.Key_F1, Qt.Key.Key_Delete})  # Shift+F1 asks "what's this?", Shift+Delete cuts
_WITH_CONTROL: Final = (_MOVING - {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}) | {
    Qt.Key.Key_A,
    Qt.Key.Key_Z,
    Qt.Key.Key_Y,
    Qt.Key.Key_G,
    Qt.Key.Key_H,
    Qt.Key.Key_K,
    Qt.Key.Key_Delete,
}
_OWN_CLIPBOARD: Final = frozenset({Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_V})
_WRITING: Final = range(Qt.Key.Key_Multi_key, Qt.Key.Key_Dead_Longsolidusoverlay + 1)
"""Keys that compose characters: compose, those of the Asian keyboards, dead ones. They do nothing by themselves."""


def is_needed(key: int, modifiers: Qt.KeyboardModifier, text: str) -> bool:
    """Tell whether an exam needs this key. `text`: what it would write."""
    held = modifiers & ~_HARMLESS
    shift, others = held & _SHIFT, held & ~_SHIFT
    if key in _MODIFIERS:
        return True
    if key in _WITHOUT_SHIFT and shift:
        return False
    if others == _NONE:
        writes = bool(text) and text.isprintable()
        return writes or key in _BARE or key in _WITHOUT_SHIFT or key in _WRITING
    return others == _CONTROL and key in _WITH_CONTROL


def moves_own_text(key: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Tell whether this key cuts, copies or pastes: needed in a field with a clipboard of its own, nowhere else."""
    return modifiers & ~_HARMLESS == _CONTROL and key in _OWN_CLIPBOARD
