"""Cameras: whether what they show was made by a program, and whether somebody else looks through them."""

import re
from collections.abc import Iterator
from typing import Final

from proctoring.checks.device_lists import DeviceMarks
from proctoring.checks.holders import Held, Holder, described, held, lasting, services_among, strangers
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import attribute, devices

_CLASS: Final = "sys/class/video4linux"
_NODE: Final = re.compile(r"video[0-9]+")
_OPEN: Final = re.compile(r"/dev/video[0-9]+( \(deleted\))?")
"""Removing the name takes a camera from nobody who has it open."""
_USB: Final = re.compile(r"[0-9]+-[0-9.]+")
_VIRTUAL: Final = "/devices/virtual/"
_SURE: Final = 2
"""One sure sign is enough, or two weak ones; a weak one alone could be chance."""
_WEAK: Final = 1

_Sign = tuple[int, str]


def virtual_camera(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a camera is made by a program. Fact: `score`.

    Sure signs: no hardware above the device, a driver that makes cameras, a USB controller that is a program, a picture
    that repeats exactly. Weak: such a driver is loaded, the device's name is such a program's.
    """
    nodes = _nodes(machine)
    marks = situation.known.devices if situation.known else None
    signs = [sign for node in nodes for sign in _signs(machine, node, marks)]
    signs += [sign for sign in (_still(situation.still_picture), *_loaded(machine, marks)) if sign]
    signs.sort(reverse=True)
    score = sum(weight for weight, _ in signs)
    if score >= _SURE:
        return found("virtual_camera", (line for _, line in signs), score=score)
    if score:
        return unknown("virtual_camera", (line for _, line in signs))
    if nodes and marks is None:
        return unknown("virtual_camera", ("the list of such drivers is not there",))
    return clear("virtual_camera", [f"/{_CLASS}/{node}: {_name(machine, node)}" for node in nodes] or ("no camera",))


def camera_in_use(machine: Machine, situation: Situation) -> Observation:
    """Tell whether a process that is not ours has a camera open.

    Other users' open files are not shown to an ordinary user, and a desktop's media service may have a camera open for
    nobody. Then a camera still counts as free if it sleeps (it wakes to give pictures), or if we hold it: only one
    program gets pictures of a camera.
    """
    nodes = _nodes(machine)
    if not nodes:
        return clear("camera_in_use", ("no camera",))
    seen = held(machine, lambda path: _OPEN.fullmatch(path) is not None)
    foreign = strangers(machine, {one.pid for one in seen.holders}, situation.own_pids)
    held_by = lasting(machine, (one for one in seen.holders if one.pid in foreign))
    services = services_among(machine, foreign, situation.known.devices if situation.known else None)
    if any(one.pid not in services for one in held_by):
        return found("camera_in_use", (_told(machine, one) for one in held_by if one.pid not in services))
    open_to_doubt = [f"/dev/{node}" for node in nodes if not _accounted(machine, node, seen, foreign)]
    doubts = [_told(machine, one) for one in held_by]
    if seen.hidden or not seen.whole:
        doubts.append("/proc: other users' open files are not shown" if seen.hidden else "/proc: too many open files")
    if open_to_doubt and doubts:
        return unknown("camera_in_use", (*doubts, f"awake: {', '.join(open_to_doubt)}"))
    return clear("camera_in_use", (f"/dev/{node}" for node in nodes))


def _told(machine: Machine, holder: Holder) -> str:
    return f"{holder.line} ({described(machine, holder.pid)})"


def _nodes(machine: Machine) -> tuple[str, ...]:
    """Give the cameras ("video0"): what the kernel names, which has to be what can be opened."""
    named = {name for name in devices(machine, "video4linux") if _NODE.fullmatch(name)}
    names = machine.names("dev")
    if names is None:
        raise Unreadable("/dev", "ENOENT")
    openable = {name for name in names if _NODE.fullmatch(name)}
    if openable - named:
        raise Unreadable(f"/{_CLASS}", f"no {min(openable - named)}, which is in /dev")
    return tuple(sorted(named))


def _signs(machine: Machine, node: str, marks: DeviceMarks | None) -> Iterator[_Sign]:
    at = f"{_CLASS}/{node}"
    place = machine.link(at) or ""
    driver = (machine.link(f"{at}/device/driver") or "").rpartition("/")[2]
    name = _name(machine, node)
    if _VIRTUAL in place:
        yield _SURE, f"/{at}: {name}, no hardware above it"
    if marks is None:
        return
    if any(driver in camera.modules for camera in marks.cameras):
        yield _SURE, f"/{at}/device/driver: {driver}"
    for bus in marks.buses:
        if any(part.partition(".")[0] == bus.platform for part in place.split("/")):
            yield _SURE, f"/{at}: on {bus.platform}, a USB controller that is a program"
    if any(name.startswith(label) for camera in marks.cameras for label in camera.labels):
        yield _WEAK, f"/{at}/name: {name}"


def _loaded(machine: Machine, marks: DeviceMarks | None) -> Iterator[_Sign]:
    for camera in marks.cameras if marks else ():
        for module in camera.modules:
            if machine.exists(f"sys/module/{module}"):
                yield _WEAK, f"/sys/module/{module}: {camera.name} is loaded"


def _still(picture: bool | None) -> _Sign | None:  # noqa: FBT001 - as the situation has it
    return (_SURE, "picture: the same again and again, to the last point") if picture else None


def _name(machine: Machine, node: str) -> str:
    return attribute(machine, f"{_CLASS}/{node}/name") or "?"


def _accounted(machine: Machine, node: str, seen: Held, foreign: frozenset[int]) -> bool:
    """Tell whether a camera is held by us, or sleeps."""
    mine = {one.path.removeprefix("/dev/") for one in seen.holders if one.pid not in foreign}
    if any(_body(machine, node) == _body(machine, other) for other in mine):
        return True
    usb = [part for part in _body(machine, node).split("/") if _USB.fullmatch(part)]
    return bool(usb) and attribute(machine, f"sys/bus/usb/devices/{usb[-1]}/power/runtime_status") == "suspended"


def _body(machine: Machine, node: str) -> str:
    """Give the device that a node is of; one camera may have several nodes."""
    return (machine.link(f"{_CLASS}/{node}") or node).partition("/video4linux/")[0]
