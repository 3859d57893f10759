"""The voice: one thing at a time, in order, silent in an instant; a real sound server takes what it says."""

import io
import threading
import wave
from collections.abc import Iterator, Sequence

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.voice import NoSpeaker, Voice
from sync.faults import EnvironmentFault, Fault


class Unmade(EnvironmentFault):
    """A speech that cannot be made."""

    code = "READ_ALOUD_FAILED"


class Tones:
    """A speech of so many short tones; `wait` holds it back until it is set."""

    def __init__(self, seconds: Sequence[float], fault: Fault | None = None) -> None:
        self.left = list(seconds)
        self.fault = fault
        self.go_on = threading.Event()
        self.go_on.set()
        self.stopped = False

    def take(self) -> bytes | None:
        self.go_on.wait(10)
        if self.stopped or (not self.left and not self.fault):
            return None
        if not self.left and self.fault:
            raise self.fault
        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(22_050)
            file.writeframes(b"\x00\x20\x00\xe0" * int(11_025 * self.left.pop(0)))
        return made.getvalue()

    def stop(self) -> None:
        self.stopped = True
        self.go_on.set()


def clip_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "clip"]


@pytest.fixture
def voice(qapp: QApplication) -> Iterator[Voice]:
    made = Voice(qapp)
    yield made
    shiboken6.delete(made)


@pytest.mark.usefixtures("speaker")
def test_it_says_every_piece_and_then_is_silent(voice: Voice, qtbot: QtBot) -> None:
    told: list[bool] = []
    voice.talking.connect(told.append)
    speech = Tones([0.2, 0.2, 0.2])
    with qtbot.waitSignal(voice.talking, timeout=8000, check_params_cb=lambda on: not on):
        voice.say(speech)
        assert voice.is_talking
    assert (speech.left, told, clip_threads()) == ([], [True, False], [])


@pytest.mark.usefixtures("speaker")
def test_stopping_is_silence_at_once(voice: Voice, qtbot: QtBot) -> None:
    speech = Tones([30, 30])
    voice.say(speech)
    qtbot.waitUntil(lambda: bool(clip_threads()), timeout=8000)
    voice.stop()
    assert (speech.stopped, voice.is_talking, clip_threads()) == (True, False, [])


@pytest.mark.usefixtures("speaker")
def test_the_next_speech_ends_the_one_before(voice: Voice, qtbot: QtBot) -> None:
    first, second = Tones([30]), Tones([0.1])
    voice.say(first)
    qtbot.waitUntil(lambda: bool(clip_threads()), timeout=8000)
    voice.say(second)
    assert first.stopped
    qtbot.waitUntil(lambda: not voice.is_talking, timeout=8000)
    assert second.left == []


def test_what_is_made_too_late_is_never_heard(voice: Voice, qtbot: QtBot) -> None:
    late = Tones([1])
    late.go_on.clear()
    voice.say(late)
    voice.stop()
    qtbot.wait(50)
    assert (clip_threads(), voice.is_talking) == ([], False)


@pytest.mark.usefixtures("no_sound")
def test_without_a_speaker_it_says_so(voice: Voice, qtbot: QtBot) -> None:
    with qtbot.waitSignal(voice.failed, timeout=8000) as failed:
        voice.say(Tones([0.2]))
    assert isinstance(failed.args[0], NoSpeaker)
    assert (voice.is_talking, clip_threads()) == (False, [])


def test_a_speech_that_cannot_be_made_is_told(voice: Voice, qtbot: QtBot) -> None:
    with qtbot.waitSignal(voice.failed, timeout=8000) as failed:
        voice.say(Tones([], Unmade("x")))
    assert isinstance(failed.args[0], Unmade)
    assert not voice.is_talking


@pytest.mark.usefixtures("speaker")
def test_a_voice_that_is_gone_leaves_nothing_that_runs(qtbot: QtBot) -> None:
    parent = QObject()
    voice, speech = Voice(parent), Tones([30])
    voice.say(speech)
    qtbot.waitUntil(lambda: bool(clip_threads()), timeout=8000)
    shiboken6.delete(parent)
    assert (speech.stopped, clip_threads()) == (True, [])
