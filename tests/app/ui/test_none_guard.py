import sys

from PySide6.QtCore import QObject

from app.ui.none_guard import keep_none_alive


def test_a_hundred_thousand_calls_that_give_nothing_back_leave_none_alive() -> None:
    keep_none_alive()
    thing = QObject()
    for _call in range(100_000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > 1_000_000
