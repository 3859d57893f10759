"""`examroom registry device` and `examroom registry proctor`: who may sign, with which keys, and since when."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.archive_acts import ReasonMissing
from app.cli.console import command, local_time, print_text, say, words
from sync.wire.ids import plain_line

if TYPE_CHECKING:
    from app.registry.devices import DeviceLine, KeyLine

devices = typer.Typer(no_args_is_help=True, help="Enrolled PCs (考试机).")
proctors = typer.Typer(no_args_is_help=True, help="Proctors (监考员).")

Home = Annotated[Path, typer.Option(help="The registry's folder.")]
Pin = Annotated[
    str, typer.Option(prompt="PIN", hide_input=True, confirmation_prompt=True, help="Asked for if not given.")
]
_SHORTEST, _LONGEST = 2, 400  # of a reason, as `sync.wire.archive.Purpose` has it


@devices.command("list")
@command
def list_devices(home: Home) -> None:
    """List all devices; what somebody has to look at stands below its device."""
    from app.registry.devices import device_lines
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        lines = device_lines(registry.premises)
    for line in lines:
        _say_device(line)
    if not lines:
        say("devices.none")


@devices.command("show")
@command
def show_device(home: Home, device: str) -> None:
    """Show one device (by id): its certificate, its keys, and when it had a twin."""
    from app.registry.devices import device_line
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        line = device_line(registry.premises, device)
    _say_device(line)
    _say_below("devices.enrolled", at=local_time(line.enrolled_ms))
    _say_below("devices.certificate", until=local_time(line.certificate_until_ms))
    if line.last_asked_ms is not None:
        _say_below("devices.asked", requests=line.requests, at=local_time(line.last_asked_ms))
    _say_keys(line.keys)
    for twin in line.twins:
        _say_below("devices.twin", counter=twin.counter, at=local_time(twin.noticed_ms))
        if twin.settled_ms is not None:
            _say_below("devices.settled_why", at=local_time(twin.settled_ms), why=twin.why)


@devices.command("revoke")
@command
def revoke_device(home: Home, device: str) -> None:
    """Believe nothing from a device (by id) any more; what it signed before stays signed."""
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        registry.revoke_device(device)
    say("devices.revoked_now", device=device)


@devices.command("rotate-request")
@command
def request_rotation(home: Home, device: str) -> None:
    """Ask a device (by id) to change the key it signs with; its seat says so until that is done."""
    from app.registry.rotating import ask_rotation
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        ask_rotation(registry.premises, device)
    say("devices.rotation_asked_now", device=device)


@devices.command("settle")
@command
def settle(
    home: Home, device: str, why: Annotated[str, typer.Option(help="What was found and done, for years.")]
) -> None:
    """Settle that a device (by id) had a twin, or was set back: it is answered again, and told where to count on."""
    from app.registry.devices import settle_twin
    from app.registry.service import Registry

    if not _SHORTEST <= len(said := plain_line(why).strip()) <= _LONGEST:
        raise ReasonMissing
    with Registry.open(home) as registry:
        settled = settle_twin(registry.premises, device, said)
    say("devices.settled_now", device=device, count=settled)


@proctors.command("add")
@command
def add_proctor(home: Home, name: str, pin: Pin) -> None:
    """Enrol a proctor with a PIN that they choose."""
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        say("cli.proctor_added", name=name, proctor=registry.enrol_proctor(name, pin))


@proctors.command("list")
@command
def list_proctors(home: Home) -> None:
    """List all proctors with their keys."""
    from app.registry.devices import proctor_lines
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        lines = proctor_lines(registry.premises)
    for line in lines:
        say("cli.show_proctor" if line.revoked_ms is None else "cli.show_proctor_revoked", id=line.id, name=line.name)
        _say_keys(line.keys)
    if not lines:
        say("devices.no_proctors")


@proctors.command("revoke")
@command
def revoke_proctor(home: Home, proctor: str) -> None:
    """Let a proctor (by id) run no more sessions; what they signed before stays signed."""
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        registry.revoke_proctor(proctor)
    say("devices.proctor_revoked_now", proctor=proctor)


@proctors.command("new-pin")
@command
def new_pin(home: Home, proctor: str, pin: Pin) -> None:
    """Give a proctor (by id) a new key under a new PIN, for sessions that are planned from now on."""
    from app.registry.rotating import renew_pin
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        until_ms = renew_pin(registry.premises, proctor, pin)
        is_over = until_ms <= registry.premises.clock()
    if is_over:
        say("devices.pin_renewed", proctor=proctor)
    else:
        say("devices.pin_renewed_later", proctor=proctor, until=local_time(until_ms))


def _say_device(line: "DeviceLine") -> None:
    say("cli.show_device" if line.revoked_ms is None else "cli.show_device_revoked", id=line.id, name=line.label)
    if line.has_twin:
        _say_below("devices.has_twin")
    if line.shares_label:
        _say_below("devices.shares_label", label=line.label)
    if line.rotation_asked:
        _say_below("devices.rotation_asked")


def _say_keys(keys: Iterable["KeyLine"]) -> None:
    for key in keys:
        if key.until_ms is None:
            _say_below("devices.key", keyid=key.keyid, since=local_time(key.from_ms))
        else:
            _say_below(
                "devices.key_before", keyid=key.keyid, since=local_time(key.from_ms), until=local_time(key.until_ms)
            )


def _say_below(key: str, **facts: str | int) -> None:
    print_text(f"  {words()(key, **facts)}")
