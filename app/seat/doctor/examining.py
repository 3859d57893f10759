"""One look at everything, bounded in time: what waits for a network goes on beside what reads the disk."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Final

from app.seat.doctor.diagnosis import Diagnosis, Line, Part, Standing, not_good, of_fault
from app.seat.doctor.pc_lines import lockdown_line, pc_lines
from app.seat.doctor.seat_lines import ask_registry, coming, rights_line, seat_lines
from app.seat.home import SeatHome
from app.seat.recording_space import disk_fact
from app.seat.surroundings import Surroundings, of_this_program
from app.seat.workplace import Workplace
from proctoring.checks.machine import Machine
from proctoring.checks.situation import Situation
from sync.faults import Fault
from sync.trust.clock import read_clock
from sync.wire.environment import EnvironmentPolicy
from sync.wire.plan import SessionPlan

_STRICT: Final = EnvironmentPolicy()
"""What an exam demands unless its plan says less."""


_UNASKED: Final = not_good(Part.SEAT, "enrolled", Standing.NOTE, "unasked", {})


def examine(home: SeatHome | None, machine: Machine) -> Diagnosis:
    """Look at the seat at `home` and at the PC, without a home at the PC alone. Changes nothing; raises no `Fault`."""
    began, made_ms = time.monotonic(), read_clock().wall_ms
    label, lines = ("", (_UNASKED, *_pc_alone(machine))) if home is None else _of_seat(home, machine)
    return Diagnosis(label, made_ms, int((time.monotonic() - began) * 1000), lines)


def _of_seat(home: SeatHome, machine: Machine) -> tuple[str, tuple[Line, ...]]:
    try:
        workplace = Workplace.open(home, reading=True)
    except Fault as fault:
        return "", (of_fault(Part.SEAT, "enrolled", Standing.BLOCKED, fault), *_pc_alone(machine))
    try:
        with ThreadPoolExecutor(1) as beside:
            asked = beside.submit(ask_registry, workplace)
            plans = _plans(workplace)
            policy = plans[0].policy.environment if plans else _STRICT
            lines = (*seat_lines(workplace, plans, machine), lockdown_line(policy, machine.root, planned=bool(plans)))
            registry, served_ms = asked.result()
        on_pc = pc_lines(policy, machine, _situation(workplace, plans, machine, served_ms))
        return workplace.enrolment.seat_label, (rights_line(), *lines, registry, *on_pc)
    finally:
        workplace.close()


def _pc_alone(machine: Machine) -> tuple[Line, ...]:
    lockdown = lockdown_line(_STRICT, machine.root, planned=False)
    return (rights_line(), lockdown, *pc_lines(_STRICT, machine, of_this_program()))


def _plans(workplace: Workplace) -> tuple[SessionPlan, ...]:
    try:
        return tuple(one.plan for one in coming(workplace) if one.plan is not None)
    except Fault:
        return ()  # what is the matter with them, their own line says


def _situation(
    workplace: Workplace, plans: tuple[SessionPlan, ...], machine: Machine, served_ms: int | None
) -> Situation:
    surroundings = Surroundings(workplace.home, workplace.enrolment.url, workplace.trust, machine)
    if served_ms is not None:
        surroundings.hear_registry(served_ms)
    for plan in plans[:1]:
        with suppress(Fault):  # a package that cannot be opened has a line of its own
            disk = disk_fact(workplace, workplace.session_of(plan.session))
            return replace(surroundings.situation(), disk=disk)
    return surroundings.situation()
