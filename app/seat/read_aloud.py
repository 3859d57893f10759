"""Reading aloud (合理便利): texts become sound by espeak-ng, a program of its own, bounded and without a shell.

What is read goes to it on standard input, never as an argument. Pieces are short, so that the first is heard soon and
none costs much memory. The clock is never read aloud: only what is given here is.
"""

import io
import re
import shutil
import subprocess
import threading
import wave
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from app.exam.prose import Language
from sync.faults import EnvironmentFault, Fault
from sync.wire.plan import SessionPlan

PROGRAM: Final = "espeak-ng"
MOST_CHARACTERS: Final = 300
"""Of one piece: about a minute of Chinese, 3 MB of sound."""
SECONDS: Final = 10
"""So long may making one piece take; it takes a tenth of a second."""
WORDS_A_MINUTE: Final = 150
_MOST_BYTES: Final = 20_000_000
_VOICES: Final = {Language.ZH: "cmn", Language.EN: "en-us"}  # the Chinese voice reads Latin letters as English
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
# control characters are commands to espeak-ng, and so is "[["
_COMMANDS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+|\[(?=\[)")
_SENTENCE: Final = re.compile(r"(?<=[。！？；.!?;])\s*")


class NoVoice(EnvironmentFault):
    """The program that reads aloud is not on this PC. Fact: `program`."""

    code = "READ_ALOUD_NO_VOICE"


class VoiceBroken(EnvironmentFault):
    """The program that reads aloud failed, or took too long."""

    code = "READ_ALOUD_FAILED"


def is_needed(plan: SessionPlan) -> bool:
    """Tell whether a candidate of this session may have items read aloud."""
    return any(entry.accommodation.reader for entry in plan.roster)


def voice_fault() -> Fault | None:
    """Say why nothing can be read aloud on this PC, as far as the voice goes; None if it can."""
    try:
        _program()
    except NoVoice as fault:
        return fault
    return None


def pieces_of(texts: Iterable[str]) -> Iterator[str]:
    """Cut texts into what is said at a time: whole sentences where they are not too long. Commands become spaces."""
    for text in texts:
        for line in text.splitlines():
            yield from _joined(part for part in _SENTENCE.split(_COMMANDS.sub(" ", line)) if part.strip())


def _joined(sentences: Iterable[str]) -> Iterator[str]:
    piece = ""
    for sentence in sentences:
        if piece and len(piece) + len(sentence) > MOST_CHARACTERS:
            yield piece
            piece = ""
        piece += sentence
        while len(piece) > MOST_CHARACTERS:
            yield piece[:MOST_CHARACTERS]
            piece = piece[MOST_CHARACTERS:]
    if piece:
        yield piece


class Reading:
    """Some texts, read by espeak-ng one piece at a time. `take` and `stop` as `app.ui.voice.Speech` has them."""

    def __init__(self, texts: Iterable[str], language: Language) -> None:
        self._pieces = deque(pieces_of(texts))
        self._language = language
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def take(self) -> bytes | None:
        """Give the next piece as a WAV file; None after the last, or once it was stopped.

        Raises:
            NoVoice: the program is not there.
            VoiceBroken: it failed, or took too long.
        """
        if self._stopped.is_set() or not self._pieces:
            return None
        return self._speak(self._pieces.popleft())

    def stop(self) -> None:
        """End what runs, at once. May be called from any thread and more than once."""
        with self._turn:
            self._stopped.set()
            if self._process is not None:
                self._process.kill()

    def _speak(self, piece: str) -> bytes | None:
        voice = _VOICES[Language.ZH if _HAN.search(piece) else self._language]
        command = [_program(), "-b", "1", "-v", voice, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
        with self._turn:
            if self._stopped.is_set():
                return None
            pipe = subprocess.PIPE
            self._process = process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        try:
            sound, _ = process.communicate(piece.encode(), SECONDS)
        except subprocess.TimeoutExpired:
            raise VoiceBroken(f"no sound after {SECONDS} s") from None
        finally:
            with self._turn:
                self._process = None
            process.kill()
            process.communicate()
        if self._stopped.is_set():
            return None
        if process.returncode or len(sound) > _MOST_BYTES:
            raise VoiceBroken(f"exit code {process.returncode}, {len(sound)} bytes")
        return _whole_wav(sound)


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found is None:
        raise NoVoice(PROGRAM, program=PROGRAM)
    return found


def _whole_wav(sound: bytes) -> bytes:
    """Give a WAV file that says how long it is: in a pipe espeak-ng could not."""
    try:
        with wave.open(io.BytesIO(sound)) as streamed:
            parameters = streamed.getparams()
            frames = streamed.readframes(len(sound))
    except (wave.Error, EOFError) as error:
        raise VoiceBroken(str(error)) from error
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(parameters.nchannels)
        file.setsampwidth(parameters.sampwidth)
        file.setframerate(parameters.framerate)
        file.writeframes(frames)
    return whole.getvalue()
