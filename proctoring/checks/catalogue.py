"""All checks of a Linux PC: by name, how each weighs unless a session's policy says otherwise, and when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from proctoring.checks import (
    build,
    cameras,
    clocks,
    inputs,
    network,
    others,
    ourselves,
    radios,
    reserves,
    screens,
    sessions,
    sound,
    talking,
    tools,
    usb,
    virtual,
)
from proctoring.checks.observation import Check, Observation
from sync.wire.environment import CheckRule, CheckStatement, EnvironmentPolicy, Severity, Verdict

NOTE, ATTENTION, BLOCKING = Severity.NOTE, Severity.ATTENTION, Severity.BLOCKING


@dataclass(frozen=True)
class Entry:
    """One check, and what follows from it unless the policy has a rule of its own.

    `found`, `unknown`: severities. `watched`: cheap enough to be made again every second all through the exam.
    """

    check: Check
    found: Severity
    unknown: Severity
    overridable: bool = True
    watched: bool = False


_ENTRIES: Final[Mapping[str, Entry]] = {
    # A superuser's rights in the kiosk undo every other lock; to start it as the right user takes a minute.
    "elevated": Entry(ourselves.elevated, BLOCKING, ATTENTION),
    # There is no innocent debugger at an exam, and the fault that one was meant to find can wait.
    "debugger": Entry(ourselves.debugger, BLOCKING, ATTENTION, watched=True),
    # An exam may have been read, or written, by somebody else; a service that nobody meant is stopped in a minute.
    "remote_tool": Entry(tools.remote_tool, BLOCKING, ATTENTION, watched=True),
    # The items leave the room, and the next session has the same ones.
    "capture_tool": Entry(tools.capture_tool, BLOCKING, ATTENTION, watched=True),
    # The hands at the keyboard are not those before the camera. An administrator who forgot to leave may be let be.
    "remote_session": Entry(sessions.remote_session, BLOCKING, ATTENTION, watched=True),
    # Somebody else's programs share the microphone, the network and the disk; most often a session left open.
    "other_users": Entry(sessions.other_users, ATTENTION, NOTE, watched=True),
    # What runs outside of a guest is not seen in it; but a site may hold its exams on cloud PCs and mean it.
    "virtual_machine": Entry(virtual.virtual_machine, ATTENTION, ATTENTION),
    # With changed files nothing else this program says counts, and two people's will does not mend them. A checkout
    # has no list; an installed program without one differs, or taking the list away would hide every change.
    "build": Entry(build.build, BLOCKING, ATTENTION, overridable=False, watched=True),
    # An open door, mostly of a service that came with the system; whoever came in is seen by other checks.
    "listening": Entry(talking.listening, ATTENTION, NOTE, watched=True),
    # An ordinary PC asks for updates and sends mail; behind the exam's own firewall there is nobody to talk to.
    "peers": Entry(talking.peers, NOTE, NOTE, watched=True),
    # Asked only of a PC that is shut down to the exam, and the list cannot know every PC's own services.
    "processes": Entry(others.unexpected_programs, ATTENTION, NOTE, watched=True),
    # Through it programs may read and drive the kiosk; candidates who cannot see need it, and then it is approved.
    "accessibility_bus": Entry(others.accessibility_bus, ATTENTION, NOTE),
    # With such a camera the recording shows whatever somebody likes; a real one is plugged in within a minute.
    "virtual_camera": Entry(cameras.virtual_camera, BLOCKING, ATTENTION, watched=True),
    # Most often a program that was left open; that other users' files are hidden is how every PC is.
    "camera_in_use": Entry(cameras.camera_in_use, ATTENTION, NOTE),
    "microphone_in_use": Entry(sound.microphone_in_use, ATTENTION, NOTE, watched=True),
    # A microphone that hears nothing leaves half a recording; a quiet one may have been measured at a quiet moment.
    "microphone_level": Entry(sound.microphone_level, ATTENTION, NOTE),
    # No unregistered medium is allowed, and a hand pulls it out.
    "usb_storage": Entry(usb.usb_storage, BLOCKING, ATTENTION, watched=True),
    # A laptop with a keyboard plugged in has two: somebody has to look whose they are.
    "input_devices": Entry(inputs.input_devices, ATTENTION, ATTENTION, watched=True),
    # No radio is allowed; one that is on is not yet one that is used.
    "radios": Entry(radios.radios, ATTENTION, ATTENTION, watched=True),
    "routes": Entry(network.routes, ATTENTION, ATTENTION, watched=True),
    # The exam's time is counted by another clock, and without a network nothing steers this one.
    "clock_sync": Entry(clocks.clock_sync, NOTE, NOTE),
    # Times in the record would be wrong by this much; it is set right in a minute.
    "clock_offset": Entry(clocks.clock_offset, ATTENTION, NOTE),
    # A start that would not fit is refused with figures: two people's will makes no room.
    "disk_forecast": Entry(reserves.disk_forecast, BLOCKING, ATTENTION, overridable=False),
    # Nothing is wrong with a laptop; somebody may want to plug it in.
    "battery": Entry(reserves.battery, NOTE, NOTE, watched=True),
    # The second one shows the exam to somebody else, or something else to the candidate; it is unplugged at once.
    "screens": Entry(screens.screens, BLOCKING, ATTENTION, watched=True),
    # Nobody saw what was done to the PC meanwhile; most often a lid was shut.
    "suspend": Entry(clocks.suspend, ATTENTION, NOTE, watched=True),
}

CHECKS: Final[Mapping[str, Check]] = MappingProxyType({name: entry.check for name, entry in _ENTRIES.items()})
"""The checks by name, in the order in which they are made and shown."""

DEFAULTS: Final[Mapping[str, CheckRule]] = MappingProxyType(
    {
        name: CheckRule(check=name, found=entry.found, unknown=entry.unknown, overridable=entry.overridable)
        for name, entry in _ENTRIES.items()
    }
)
"""How each check weighs in a session that says nothing else."""

WATCHED: Final[tuple[str, ...]] = tuple(name for name, entry in _ENTRIES.items() if entry.watched)
"""The checks that are made again every second all through the exam."""


def rule_of(policy: EnvironmentPolicy, check: str) -> CheckRule:
    """Give how a check of the catalogue weighs in a session. Raises KeyError for a check there is not."""
    return next((rule for rule in policy.rules if rule.check == check), DEFAULTS[check])


def unknown_rules(policy: EnvironmentPolicy) -> tuple[str, ...]:
    """Give the checks that a policy names and this program does not have."""
    return tuple(rule.check for rule in policy.rules if rule.check not in CHECKS)


def statement_of(observation: Observation, rule: CheckRule) -> CheckStatement | None:
    """Give what goes into the packet for an observation: nothing if it is clear."""
    if observation.verdict is Verdict.CLEAR:
        return None
    return CheckStatement(
        check=observation.check,
        verdict=observation.verdict,
        severity=rule.found if observation.verdict is Verdict.FOUND else rule.unknown,
        evidence=observation.evidence,
    )
