"""The way to the exam in the real program, gone by somebody who sees nothing: over AT-SPI, by roles and names."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.demo.cast import CANDIDATES, PROCTORS
from app.demo.display import virtual_display
from app.exam.prose import Language
from app.words import Words
from tests.accessibility.bus import accessibility_bus, private_bus
from tests.accessibility.reader import Reader
from tests.accessibility.sitter import BUTTON, CHECK, FIELD, Sitter
from tests.whole.run import EXAMROOM

END_S = 60
CANDIDATE, FIRST, SECOND = CANDIDATES[0], *PROCTORS
OPERABLE = {"push button", "check box", "radio button", "text", "slider"}


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


@pytest.mark.timeout(400)
def test_the_way_from_signing_in_to_the_notice_is_found_read_and_gone_by_roles_and_names(tmp_path: Path) -> None:
    words = Words(Language.ZH)
    nameless: set[str] = set()
    with kiosk(tmp_path) as reader:
        sitter = Sitter(reader, words)

        def listen(screen: str) -> None:
            nameless.update(
                f"{screen}: {node.role}"
                for node in reader.look()
                if node.role in OPERABLE and node.focusable and not node.name.strip()
            )

        for proctor in (FIRST, SECOND):
            sitter.sign(proctor.name, proctor.pin, sitter.say("sign_in.sign_in"))
        sitter.press(sitter.say("launch.fetch"))
        sitter.press(sitter.say("launch.start"))
        number = reader.wait(FIELD, sitter.say("check_in.number"))
        listen("check in")
        reader.write(number, CANDIDATE.admission_number)
        sitter.press(sitter.say("check_in.find"))
        reader.wait(BUTTON, sitter.say("check_in.yes"))
        assert any(CANDIDATE.name in told for told in reader.told())
        listen("identity")
        sitter.press(sitter.say("check_in.yes"))
        sitter.press(sitter.say("identity.admit_alone"))
        sitter.sign(FIRST.name, FIRST.pin, sitter.say("identity.act_admit_verb"))
        reader.wait(CHECK, sitter.say("notice.tick"))
        listen("notice")
    assert nameless == set()
