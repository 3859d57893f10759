"""Reading aloud: texts become pieces, pieces become sound by the real espeak-ng; what goes wrong is told in words."""

import io
import os
import threading
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.prose import Formula, Language, Paragraph, Picture, Run, plain_text
from app.seat import read_aloud
from app.seat.camera_desk import CameraDesk
from app.seat.read_aloud import MOST_CHARACTERS, NoVoice, Reading, VoiceBroken, is_needed, pieces_of, voice_fault
from app.seat.readiness import Display, Reach, Readiness, check_seat
from app.seat.workplace import Session, Workplace
from sync.wire.plan import SessionPlan
from tests.app.seat.only_session import only_session
from tests.proctoring.seat import wait_until


def sound_of(text: str, language: Language = Language.ZH) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    made = Reading([text], language).take()
    assert made is not None
    with wave.open(io.BytesIO(made)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def with_reader(plan: SessionPlan, *, granted: bool) -> SessionPlan:
    """Give the plan with reading aloud granted to the last on the roster only, or to nobody."""
    plain = [
        entry.model_copy(update={"accommodation": entry.accommodation.model_copy(update={"reader": False})})
        for entry in plan.roster
    ]
    allowed = plain[-1].accommodation.model_copy(update={"reader": granted})
    last = plain[-1].model_copy(update={"accommodation": allowed})
    return plan.model_copy(update={"roster": (*plain[:-1], last)})


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put another program in the voice's place."""
    path = folder / read_aloud.PROGRAM
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@given(st.lists(st.text(max_size=700), max_size=4))
def test_pieces_are_short_and_leave_no_letter_out(texts: list[str]) -> None:
    pieces = list(pieces_of(texts))
    assert all(0 < len(piece) <= MOST_CHARACTERS for piece in pieces)
    assert "".join(filter(str.isalnum, "".join(pieces))) == "".join(filter(str.isalnum, "".join(texts)))


@given(st.lists(st.text(alphabet="[]ab\x01\x02\x1b", max_size=30), max_size=3))
def test_nothing_in_a_text_commands_the_voice(texts: list[str]) -> None:
    for piece in pieces_of(texts):
        assert "[[" not in piece
        assert piece.isprintable()


def test_sentences_stay_whole_where_they_are_not_too_long() -> None:
    long = "甲" * 200 + "。"
    assert list(pieces_of([long + long, "A. 对\nB. 错"])) == [long, long, "A.对", "B.错"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("动火作业前应当清除易燃物。", Language.ZH),
        ("Wear gloves.", Language.EN),
        ("动火", Language.EN),
        ("CO2", Language.ZH),
    ],
)
def test_both_languages_are_heard(text: str, language: Language) -> None:
    sound = sound_of(text, language)
    assert len(sound) > 5_000
    assert np.abs(sound.astype(int)).max() > 3_000


def test_chinese_in_an_english_screen_is_read_as_chinese() -> None:
    assert np.array_equal(sound_of("动火作业", Language.EN), sound_of("动火作业", Language.ZH))


def test_text_that_looks_like_options_of_a_program_is_only_read() -> None:
    assert len(sound_of("-v nonsense; $(exit 3) --version", Language.EN)) > 20_000


def test_formulas_and_pictures_are_said_by_their_descriptions() -> None:
    formula, picture = Formula("m", "F = m a", 1000, 0), Picture("p", "氧气瓶与乙炔瓶")
    assert plain_text((Paragraph((Run("力是 "), formula)), picture)) == "力是 F = m a\n氧气瓶与乙炔瓶"


def test_an_exhausted_reading_gives_nothing_more() -> None:
    reading = Reading(["一。", "二。"], Language.ZH)
    assert [reading.take() is None for _ in range(4)] == [False, False, True, True]


def test_stopping_kills_the_voice_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, f"echo $$ > {tmp_path / 'pid'}\nexec sleep 600", monkeypatch)
    reading, taken = Reading(["一"], Language.ZH), []
    thread = threading.Thread(target=lambda: taken.append(reading.take()))
    thread.start()
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip() != "")
    reading.stop()
    thread.join(5)
    assert taken == [None]
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    assert reading.take() is None


def test_a_voice_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, f"echo $$ > {tmp_path / 'pid'}\nexec sleep 600", monkeypatch)
    monkeypatch.setattr(read_aloud, "SECONDS", 0.3)
    with pytest.raises(VoiceBroken):
        Reading(["一"], Language.ZH).take()
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize("script", ["exit 7", "echo no sound", "exec head -c 30000000 /dev/zero", "true"])
def test_a_voice_that_fails_is_told(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, script, monkeypatch)
    with pytest.raises(VoiceBroken):
        Reading(["一"], Language.ZH).take()


def test_a_pc_without_the_voice_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert voice_fault() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoVoice):
        Reading(["一"], Language.ZH).take()
    fault = voice_fault()
    assert fault is not None
    assert (fault.code, fault.facts) == ("READ_ALOUD_NO_VOICE", {"program": "espeak-ng"})


@pytest.mark.parametrize(("found", "readiness"), [(True, Readiness.GOOD), (False, Readiness.ATTENTION)])
def test_readiness_asks_for_the_voice_where_somebody_needs_it(
    found: bool, readiness: Readiness, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = only_session(workplace)
    camera = CameraDesk(workplace.home, workplace.enrolment.device, session.plan, "synthetic")
    reach = Reach(workplace.connect(), camera, Display(1366, 768))
    nobody = replace(session, plan=with_reader(session.plan, granted=False))
    assert "voice" not in [one.check for one in check_seat(workplace, nobody, reach)]
    if not found:
        monkeypatch.setenv("PATH", str(tmp_path))
    somebody = replace(session, plan=with_reader(session.plan, granted=True))
    findings = check_seat(workplace, somebody, reach)
    camera.leave()
    voice = next(one for one in findings if one.check == "voice")
    assert voice.readiness is readiness


def test_the_voice_is_needed_where_a_reader_is_granted(session: Session) -> None:
    assert not is_needed(with_reader(session.plan, granted=False))
    assert is_needed(with_reader(session.plan, granted=True))
