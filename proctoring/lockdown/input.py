"""Which keys and buttons a hand pressed at this PC, and which a program made: raw input events, by source device.

XTEST (what xdotool and remote control use) has devices of its own, which carry the property "XTEST Device" that only
the server sets. Not told apart: what a program injects through a real device's number (XTEST of XInput 1), and what
the kernel's uinput makes. The first takes a client on this display, the second root.
"""

import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from proctoring.lockdown.xserver import XServer, u16, u32

_ALL_DEVICES: Final = 0
_ALL_MASTERS: Final = 1
_SLAVE_KINDS: Final = frozenset({3, 4, 5})  # slave pointer, slave keyboard, floating slave
_GENERIC: Final = 35
_HIERARCHY: Final = 11
_PRESSES: Final = frozenset({13, 15, 22})
"""Raw events of a key, a button, a finger on a touch screen."""
_RELEASES: Final = frozenset({14, 16, 24})
_MOST_HELD: Final = 64
_HELD_NS: Final = 60_000_000_000
"""What is held longer than this is no hand any more: its release was lost, or something lies on the key."""
_MOST_DEVICES: Final = 256


@dataclass(frozen=True)
class Device:
    """A source of input. `injects`: it is one of XTEST's."""

    number: int
    name: str
    injects: bool

    def __str__(self) -> str:
        return f"device {self.number}: {self.name}"


@dataclass(frozen=True)
class Tally:
    """Presses of keys, buttons and touch screens since the watch began, and when the last was (monotonic ns).

    None: not yet. What is held down, or let go, by a hand is that hand's doing until then: a long drag, a repeated key.
    """

    local: int = 0
    injected: int = 0
    last_local_ns: int | None = None
    last_injected_ns: int | None = None


class InputWatch:
    """Counts presses by where they came from. Raises as `XServer.ask`."""

    def __init__(self, server: XServer, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._server = server
        self._clock = clock
        self._opcode = server.opcode(server.input)
        self._property = server.atom("XTEST Device")
        self._tally = Tally()
        self._held: dict[tuple[int, int], int] = {}
        server.ask(server.input.XIQueryVersion(2, 2))  # from 2.1 raw events come also while another client has a grab
        raw = sum(1 << kind for kind in _PRESSES | _RELEASES)
        masks = ((_ALL_DEVICES, 1 << _HIERARCHY), (_ALL_MASTERS, raw))
        packed = [struct.pack("=HHI", devices, 1, mask) for devices, mask in masks]
        server.input.XISelectEvents(server.root, len(packed), packed)
        self.devices: Mapping[int, Device] = self._look()

    @property
    def tally(self) -> Tally:
        """What was pressed so far."""
        now = self._clock()
        held = any(now - pressed < _HELD_NS for pressed in self._held.values())
        return replace(self._tally, last_local_ns=now) if held else self._tally

    def take(self, events: list[bytes]) -> tuple[Device, ...]:
        """Count the presses among these events. Gives the devices that injected some."""
        ours = [event for event in events if event[0] == _GENERIC and event[1] == self._opcode]
        if any(u16(event, 8) == _HIERARCHY for event in ours):
            self.devices = self._look()
            self._held.clear()
        injectors = {}
        for event in ours:
            kind = u16(event, 8)
            source = self._device(u16(event, 20))
            if kind in _PRESSES:
                self._count(source, u32(event, 16))
                if source.injects:
                    injectors[source.number] = source
            elif kind in _RELEASES and self._held.pop((source.number, u32(event, 16)), None) is not None:
                self._tally = replace(self._tally, last_local_ns=self._clock())
        return tuple(injectors.values())

    def _device(self, number: int) -> Device:
        """A device that has gone meanwhile counts as injecting: a hand's is still there."""
        return self.devices.get(number) or Device(number, "gone", injects=True)

    def _count(self, source: Device, what: int) -> None:
        now = self._clock()
        if source.injects:
            self._tally = replace(self._tally, injected=self._tally.injected + 1, last_injected_ns=now)
        else:
            self._tally = replace(self._tally, local=self._tally.local + 1, last_local_ns=now)
            if len(self._held) < _MOST_HELD:
                self._held[source.number, what] = now

    def _look(self) -> Mapping[int, Device]:
        (answer,) = self._server.ask(self._server.input.XIQueryDevice(_ALL_DEVICES))
        named = _read_devices(answer or b"")
        cookies: list[Any] = [
            self._server.input.XIGetProperty(number, False, self._property, 0, 0, 1)  # noqa: FBT003 - "delete"
            for number in named
        ]
        marks = self._server.ask(*cookies)
        return MappingProxyType(
            {
                number: Device(number, name, injects=mark is None or u32(mark, 16) > 0)
                for (number, name), mark in zip(named.items(), marks, strict=True)
            }
        )


def _read_devices(answer: bytes) -> dict[int, str]:
    """Read XIQueryDevice: number → name of every slave device (keys come from these)."""
    found: dict[int, str] = {}
    at = 32
    while at + 12 <= len(answer) and len(found) < _MOST_DEVICES:
        number, kind, classes, length = (u16(answer, at + offset) for offset in (0, 2, 6, 8))
        if kind in _SLAVE_KINDS:
            found[number] = answer[at + 12 : at + 12 + min(length, 80)].decode("utf-8", "replace")
        at += 12 + length + (-length % 4)
        for _ in range(classes):
            if at + 4 > len(answer):
                break
            at += max(4 * u16(answer, at + 2), 4)
    return found
