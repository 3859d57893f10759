"""What we rely on in PySide6 itself, so that a new version which breaks it is noticed here and not in an exam."""

import sys

from PySide6.QtCore import QObject


def test_calls_that_give_nothing_back_take_no_reference_to_none() -> None:
    # 6.12.0 on Python 3.11 took one with every call; after some thousand calls the interpreter aborts
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 500
