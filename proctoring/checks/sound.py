"""Microphones: whether somebody else listens through them, and whether ours hears anything."""

import re
from collections.abc import Iterator
from typing import Final

from proctoring.checks.holders import described, held, services_among, strangers
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict

QUIETEST_DBFS: Final = -70.0
"""What the quietest room leaves in a microphone that is on is more; one that is switched off gives less or nothing."""
LOUDEST_DBFS: Final = -3.0
"""An RMS level that only sound cut off at full scale reaches."""
_CARDS: Final = "proc/asound"
_CARD: Final = re.compile(r"card[0-9]+")
_CAPTURE: Final = re.compile(r"pcm[0-9]+c")
_SUB: Final = re.compile(r"sub[0-9]+")
_NODE: Final = re.compile(r"/dev/snd/pcmC[0-9]+D[0-9]+c")
_OWNER: Final = re.compile(r"^owner_pid\s*:\s*([0-9]{1,10})$", re.MULTILINE)
_CLOSED: Final = "closed"


def microphone_level(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether the microphone hears too little (switched off, unplugged) or too much (cut off at full scale)."""
    level = situation.microphone_dbfs
    if level is None:
        return unknown("microphone_level", ("microphone: not measured",))
    fine = QUIETEST_DBFS <= level <= LOUDEST_DBFS
    return (clear if fine else found)("microphone_level", (f"microphone: {level:.1f} dBFS",), level=round(level))


def microphone_in_use(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a process that is not ours records sound.

    The kernel says who has each input open (/proc/asound); where it does not, the processes' open files do. A sound
    service holds the microphone for others; for whom, the kernel does not know. What was found is looked at once more:
    a program that asks what a microphone can do has it for a moment.
    """
    seen = _look(machine, situation)
    return _look(machine, situation) if seen.verdict is Verdict.FOUND else seen


def _look(machine: Machine, situation: Situation) -> Observation:
    cards = machine.names(_CARDS)
    if cards is None:
        return _without_cards(machine)
    silent: list[str] = []
    owners: dict[int, str] = {}
    for at in _inputs(machine, cards):
        status = machine.text(f"{at}/status")
        owner = _OWNER.search(status or "")
        if owner:
            owners.setdefault(_leader(machine, int(owner[1])), f"/{at}/status")
        elif status != _CLOSED:
            silent.append(f"/{at}/status: does not say who")
    if silent:
        seen = held(machine, lambda path: _NODE.fullmatch(path) is not None)
        owners |= {one.pid: one.line for one in seen.holders}
    foreign = strangers(machine, owners, situation.own_pids)
    lines = {pid: f"{owners[pid]}: pid {pid} ({described(machine, pid)})" for pid in sorted(foreign)}
    services = services_among(machine, foreign, situation.known.devices if situation.known else None)
    if foreign - services:
        return found("microphone_in_use", (line for pid, line in lines.items() if pid not in services))
    if services or silent:
        return unknown("microphone_in_use", (*lines.values(), *silent))
    return clear("microphone_in_use", (f"{at}: pid {pid}, ours" for pid, at in owners.items()))


def _without_cards(machine: Machine) -> Observation:
    """Tell of a PC whose kernel lists no sound cards: there is none, or it keeps that to itself."""
    names = machine.names("dev/snd") or ()
    if any(_NODE.fullmatch(f"/dev/snd/{name}") for name in names):
        return unknown("microphone_in_use", (f"/{_CARDS}: ENOENT, and /dev/snd has inputs",))
    if machine.names("proc") is None:
        raise Unreadable("/proc", "ENOENT")
    return clear("microphone_in_use", ("no microphone",))


def _inputs(machine: Machine, cards: tuple[str, ...]) -> Iterator[str]:
    for card in (f"{_CARDS}/{name}" for name in cards if _CARD.fullmatch(name)):
        for pcm in (f"{card}/{name}" for name in machine.names(card) or () if _CAPTURE.fullmatch(name)):
            subs = [name for name in machine.names(pcm) or () if _SUB.fullmatch(name)]
            yield from (f"{pcm}/{name}" for name in subs or ("sub0",))


def _leader(machine: Machine, thread: int) -> int:
    """Give the process that a thread is of: the kernel names the thread that opened the input."""
    status = machine.text(f"proc/{thread}/status") or ""
    leader = re.search(r"^Tgid:\s*([0-9]{1,10})$", status, re.MULTILINE)
    return int(leader[1]) if leader else thread
