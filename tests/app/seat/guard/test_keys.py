"""Which keys get through: those the exam needs, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.seat.guard.keys import is_needed, moves_own_text

K, M = Qt.Key, Qt.KeyboardModifier
NONE = M.NoModifier


@pytest.mark.parametrize(
    ("key", "modifiers", "text"),
    [
        (K.Key_A, NONE, "a"),
        (K.Key_A, M.ShiftModifier, "A"),
        (K.Key_7, M.KeypadModifier, "7"),
        (K.Key_Space, M.ShiftModifier, " "),
        (K.Key_unknown, NONE, "题"),
        (K.Key_Tab, NONE, "\t"),
        (K.Key_Backtab, M.ShiftModifier, ""),
        (K.Key_Return, NONE, "\r"),
        (K.Key_Escape, NONE, "\x1b"),
        (K.Key_Delete, NONE, "\x7f"),
        (K.Key_F1, NONE, ""),
        (K.Key_PageDown, NONE, ""),
        (K.Key_Left, M.ShiftModifier, ""),
        (K.Key_Left, M.ControlModifier, ""),
        (K.Key_G, M.ControlModifier, "\x07"),
        (K.Key_H, M.ControlModifier, "\x08"),
        (K.Key_K, M.ControlModifier, "\x0b"),
        (K.Key_Z, M.ControlModifier | M.ShiftModifier, "\x1a"),
        (K.Key_Control, M.ControlModifier, ""),
        (K.Key_Dead_Acute, NONE, ""),
        (K.Key_Muhenkan, NONE, ""),
    ],
)
def test_what_an_exam_needs_gets_through(key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> None:
    assert is_needed(key, modifiers, text)


@pytest.mark.parametrize(
    ("key", "modifiers", "text"),
    [
        (K.Key_F4, M.AltModifier, ""),
        (K.Key_Tab, M.AltModifier, "\t"),
        (K.Key_T, M.ControlModifier | M.AltModifier, ""),
        (K.Key_F2, M.ControlModifier | M.AltModifier, ""),
        (K.Key_Backspace, M.ControlModifier | M.AltModifier, ""),
        (K.Key_Super_L, NONE, ""),
        (K.Key_D, M.MetaModifier, "d"),
        (K.Key_F11, NONE, ""),
        (K.Key_F10, M.ShiftModifier, ""),
        (K.Key_F1, M.ShiftModifier, ""),
        (K.Key_Print, NONE, ""),
        (K.Key_SysReq, M.AltModifier, ""),
        (K.Key_Menu, NONE, ""),
        (K.Key_Insert, M.ShiftModifier, ""),
        (K.Key_Delete, M.ShiftModifier, "\x7f"),
        *((key, M.ControlModifier, "") for key in (K.Key_P, K.Key_O, K.Key_S, K.Key_W, K.Key_Q, K.Key_N)),
        *((key, M.ControlModifier, "") for key in (K.Key_C, K.Key_V, K.Key_X, K.Key_Insert)),
    ],
)
def test_what_leads_out_or_through_the_clipboard_does_not(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str
) -> None:
    assert not is_needed(key, modifiers, text)


@pytest.mark.parametrize("key", [K.Key_C, K.Key_X, K.Key_V])
def test_a_clipboard_key_is_one_with_control_and_nothing_else(key: Qt.Key) -> None:
    assert moves_own_text(key, M.ControlModifier)
    for more in (M.ShiftModifier, M.AltModifier, M.MetaModifier):
        assert not moves_own_text(key, M.ControlModifier | more)
    assert not moves_own_text(key, NONE)


def test_the_older_clipboard_keys_move_nothing() -> None:
    assert not moves_own_text(K.Key_Insert, M.ControlModifier)
    assert not moves_own_text(K.Key_Insert, M.ShiftModifier)
    assert not moves_own_text(K.Key_Delete, M.ShiftModifier)


MODIFIERS = {K.Key_Shift, K.Key_Control, K.Key_Alt, K.Key_AltGr, K.Key_CapsLock, K.Key_NumLock}


@given(
    st.sampled_from([key for key in Qt.Key if key not in MODIFIERS]),
    st.sampled_from([M.AltModifier, M.MetaModifier]),
    st.sampled_from([NONE, M.ShiftModifier, M.ControlModifier, M.KeypadModifier]),
    st.text(max_size=1),
)
def test_with_alt_or_super_no_key_at_all_gets_through(
    key: Qt.Key, held: Qt.KeyboardModifier, more: Qt.KeyboardModifier, text: str
) -> None:
    assert not is_needed(key, held | more, text)
