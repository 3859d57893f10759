"""A whole sitting in the real program, done by somebody who sees nothing: over AT-SPI, by roles and names."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.content.bank import Bank
from app.demo.banks import every_interaction
from app.demo.cast import CANDIDATES, PROCTORS
from app.demo.display import virtual_display
from app.exam.item import Item
from app.exam.prose import Language, Paragraph, Run, plain_text
from app.words import Words
from tests.accessibility.bus import accessibility_bus, private_bus
from tests.accessibility.reader import SECRET, Reader
from tests.accessibility.sitter import BUTTON, CHECK, FIELD, RADIO, SLIDER, Sitter
from tests.whole.run import EXAMROOM

END_S = 60
FLAGGED = 2
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CANDIDATE, FIRST, SECOND = CANDIDATES[0], *PROCTORS
OPERABLE = {BUTTON, CHECK, RADIO, FIELD, SECRET, SLIDER}


@contextmanager
def kiosk(folder: Path) -> Iterator[Reader]:
    """Run the demonstration for a person, in a window, with a bus for screen readers; all of it ends with the block."""
    with virtual_display() as display, private_bus(folder / "bus") as bus:
        environment = {**os.environ, **bus, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "EXAMROOM_LANGUAGE": "zh"}
        command = [str(EXAMROOM), "demo", "--every-interaction", "--home", str(folder / "demo")]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                with accessibility_bus(bus["DBUS_SESSION_BUS_ADDRESS"]) as connection:
                    yield Reader(connection)
            finally:
                for child in psutil.Process(process.pid).children():
                    if "app.demo.seat_process" in " ".join(child.cmdline()):
                        child.send_signal(signal.SIGTERM)  # as when the window is closed
                process.wait(END_S)


class Listener:
    """Goes from screen to screen as somebody who only hears, and notes what has no name."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.sitter = reader, Sitter(reader, Words(Language.ZH))
        self.nameless: set[str] = set()

    def listen(self, screen: str) -> list[str]:
        """Hear everything that is shown."""
        found = self.reader.look()
        self.nameless |= {f"{screen}: {node.role}" for node in found if node.role in OPERABLE and not node.name.strip()}
        return [node.name for node in found]

    def open_room(self) -> None:
        """Sign in as both proctors and start the session."""
        say = self.sitter.say
        self.reader.wait(RADIO, FIRST.name)
        self.listen("sign in")
        for proctor in (FIRST, SECOND):
            self.sitter.sign(proctor.name, proctor.pin, say("sign_in.sign_in"))
        self.sitter.press(say("launch.fetch"))
        self.reader.wait(BUTTON, say("launch.start"))
        self.listen("launch")
        self.sitter.press(say("launch.start"))

    def check_in(self) -> None:
        """Find oneself by number; a proctor admits; read the notice; start."""
        say = self.sitter.say
        number = self.reader.wait(FIELD, say("check_in.number"))
        self.listen("check in")
        self.reader.write(number, CANDIDATE.admission_number)
        self.sitter.press(say("check_in.find"))
        self.reader.wait(BUTTON, say("check_in.yes"))
        assert any(CANDIDATE.name in told for told in self.listen("identity"))
        self.sitter.press(say("check_in.yes"))
        self.sitter.press(say("identity.admit_alone"))
        self.reader.wait(SECRET)
        self.listen("admission")
        self.sitter.sign(FIRST.name, FIRST.pin, say("identity.act_admit_verb"))
        tick = self.reader.wait(CHECK, say("notice.tick"))
        assert say("notice.title") in self.listen("notice")
        self.reader.act(tick)
        self.reader.wait(BUTTON, say("notice.practice"))
        self.listen("ready")
        self.sitter.press(say("notice.start"))

    def sit(self, bank: Bank) -> None:
        """Read and answer every item; flag the second, and come back to it by the answer card."""
        say, reader = self.sitter.say, self.reader
        for at, item in enumerate(bank.items, start=1):
            reader.wait("label", say("item.number", number=at))
            heard = "\n".join(self.listen(item.id))
            for paragraph in stem_of(item):
                assert paragraph in heard, (item.id, paragraph)
            self.sitter.answer(
                item, {one.response: bank.markings[item.id].correct(one.response) for one in item.interactions}
            )
            if at == FLAGGED:
                reader.act(reader.wait(CHECK, say("item.flag")))
                reader.wait(CHECK, say("item.unflag"))
            if at < len(bank.items):
                self.sitter.press(say("item.next"))
        cell = (
            f"{say('item.number', number=FLAGGED)} {say('item_view.state_answered')} {say('item_view.state_flagged')}"
        )
        self.sitter.press(cell)
        reader.wait("label", say("item.number", number=FLAGGED))
        reader.act(reader.wait(CHECK, say("item.unflag")))
        assert reader.until(lambda: reader.find(CHECK, say("item.unflag")) is None)

    def hand_in(self, bank: Bank) -> None:
        """Look over what is done, hand in, and read what it came to."""
        say, reader = self.sitter.say, self.reader
        self.sitter.press(say("item.submit"))
        reader.wait(BUTTON, say("review.back", number=FLAGGED))
        assert say("review.all_done", count=len(bank.items)) in self.listen("review")
        self.sitter.press(say("review.submit"))
        reader.wait(BUTTON, say("review.keep_working"))
        self.listen("confirmation")
        self.sitter.press(say("review.hand_in_now"))
        reader.wait(BUTTON, say("result.done"))
        told = self.listen("result")
        assert {str(len(bank.items)), say("result.passed"), say("result.qr")} <= set(told)
        code = told[told.index(say("result.code")) + 1].replace(" ", "")
        values = [CROCKFORD.index(letter) for letter in code]
        assert len(values) == 16
        assert values[-1] == sum(place * value for place, value in enumerate(values[:-1], start=1)) % 31

    def close_room(self) -> None:
        """The proctors close the session and sign its record."""
        say, reader = self.sitter.say, self.reader
        self.sitter.press(say("result.done"))
        reader.wait(BUTTON, say("result.done_copied"))
        self.sitter.press(say("result.done_copied"))
        reader.wait(FIELD, say("check_in.number"))
        self.sitter.press(say("tools.proctor_long"))
        reader.wait(SECRET)
        self.listen("authority")
        self.sitter.sign(FIRST.name, FIRST.pin, say("corner.enter_verb"))
        reader.wait(BUTTON, say("corner.close_session"))
        self.listen("corner")
        self.sitter.press(say("corner.close_session"))
        reader.wait(BUTTON, say("reconcile.sign"))
        self.listen("reconciliation")
        self.sitter.press(say("reconcile.sign"))
        for proctor in (FIRST, SECOND):
            self.sitter.sign(proctor.name, proctor.pin, say("reconcile.act_verb"))
        reader.wait(BUTTON, say("record.done"))
        assert say("record.title") in self.listen("record")


def stem_of(item: Item) -> Iterator[str]:
    """Give the paragraphs of a stem that are nothing but text."""
    for block in item.stem.in_language(Language.ZH):
        if isinstance(block, Paragraph) and all(isinstance(piece, Run) for piece in block.inlines):
            yield plain_text((block,))


@pytest.mark.timeout(400)
def test_one_whole_sitting_is_found_read_and_done_by_roles_and_names(tmp_path: Path) -> None:
    bank = every_interaction()
    with kiosk(tmp_path) as reader:
        listener = Listener(reader)
        listener.open_room()
        listener.check_in()
        listener.sit(bank)
        listener.hand_in(bank)
        listener.close_room()
    assert listener.nameless == set()
