"""`examroom seat keys|token-pin|accept-replica`: where a seat's keys are, and how an administrator helps them along."""

import json as json_module
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.archive_acts import ReasonMissing
from app.cli.console import command, out, say, words
from app.cli.files import read_file
from app.logbook import open_logbook
from app.seat.home import SeatHome
from sync.faults import EnvironmentFault, Exit
from sync.wire.ids import plain_line

if TYPE_CHECKING:
    from sync.trust.keystore import KeyStore
    from sync.trust.tokenstore import TokenKeyStore

app = typer.Typer(help="A seat's keys; part of `examroom seat`.")

Home = Annotated[Path, typer.Option(help="The seat's folder.")]
TokenName = Annotated[
    str | None, typer.Option("--token", metavar="MODULE:LABEL", help="Keep the device key in this PKCS#11 token.")
]
PinFile = Annotated[Path | None, typer.Option(help="The token's PIN is in this file; asked for if not given.")]
_SHORTEST, _LONGEST = 2, 400  # of a reason, as `sync.wire.archive.Purpose` has it


def make_key_store(folder: Path, token: str | None, pin_file: Path | None) -> "KeyStore":
    """Make a seat's keys if there are none: in files, or with the device key in a token."""
    from sync.trust.keyfolder import KeyStoreUnreadable
    from sync.trust.keystore import open_key_store
    from sync.trust.tokenstore import TokenKeyStore

    store = open_key_store(folder)
    if token is None:
        store.create()
        return store
    module, colon, label = token.partition(":")
    if not (module and colon and label):
        raise typer.BadParameter("MODULE:LABEL", param_hint="--token")
    module = str(Path(module).absolute())  # other programs of the seat are started elsewhere
    if store.exists():
        there = store.facts().token
        if there is None or (there.module, there.label) != (module, label):
            raise KeyStoreUnreadable(f"{folder}: there are other keys already")
        store.create()
        return store
    return TokenKeyStore.make(folder, module, label, _pin(pin_file))


@app.command("keys")
@command
def keys(home: Home, json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Say where this seat's keys are and what they are bound to. Nothing secret."""
    from sync.trust.keystore import open_key_store

    seat = SeatHome(home)
    store = open_key_store(seat.keys)
    found = _facts(store) | {"accepted": _accepted(seat, store)}
    if json:
        out.print(json_module.dumps(found, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    token = found["token"]
    if token is None:
        say("seat_keys.kind.file", folder=str(store.folder))
    else:
        say("seat_keys.kind.token", label=token["label"], serial=token["serial"], module=token["module"])
    say(f"seat_keys.unlock.{found['unlock']}")
    say("seat_keys.bound" if found["machine_bound"] else "seat_keys.unbound")
    say("seat_keys.device", keyid=found["device_key"])
    say("seat_keys.tls", keyid=found["tls_key"])
    kept = words()(f"seat_keys.kept.{found['generation_kept']}")
    say("seat_keys.generation", generation=found["generation"], kept=kept)
    for one in found["accepted"] or ():
        say("seat_keys.was_accepted", at=_date(one["at_ms"]), who=one["who"], reason=one["reason"])


@app.command("token-pin")
@command
def token_pin(home: Home, pin_file: PinFile = None) -> None:
    """Give this seat its token's PIN anew; it is kept once the token has taken it."""
    _token_store(home).give_pin(_pin(pin_file))
    say("seat_keys.pin_kept")


@app.command("accept-replica")
@command
def accept_replica(
    home: Home,
    credential: Annotated[Path, typer.Option(help="The administrator's credential, as the registry wrote it.")],
    reason: Annotated[str, typer.Option(help="Why, in your own words.")],
    pin: Annotated[str, typer.Option(prompt="PIN", hide_input=True, help="Asked for if not given.")],
) -> None:
    """Let a seat go on with records that are older than they were; who said so and why is kept. Ends with 1 if not."""
    from app.seat.accepting import Word, accept_replica
    from sync.wire.archive import AdministratorCredential

    if not _SHORTEST <= len(why := plain_line(reason).strip()) <= _LONGEST:
        raise ReasonMissing
    seat = SeatHome(home)
    open_logbook(seat.log, "seat-keys")
    accepted = accept_replica(seat, Word(AdministratorCredential.parse(read_file(credential)), pin, why))
    if accepted is None:
        say("seat_keys.not_put_back")
        raise typer.Exit(Exit.BAD)
    say("seat_keys.accepted", found=accepted.found, reached=accepted.reached, at=_date(accepted.at_ms))


def _facts(store: "KeyStore") -> dict[str, Any]:
    facts = store.facts()
    token = facts.token
    store.sealing_key()  # nothing to show of it, but a seat without it opens no plan
    return {
        "kind": facts.kind.value,
        "folder": str(store.folder),
        "unlock": facts.unlock.value,
        "machine_bound": facts.machine is not None,
        "token": None if token is None else token.model_dump(mode="json", include={"module", "label", "serial"}),
        "device_key": store.device_key().public.keyid,
        "tls_key": store.tls_key().public.keyid,
        "generation": store.generation(),
        "generation_kept": "token" if token is not None and token.counts else "folder",
    }


def _accepted(seat: SeatHome, store: "KeyStore") -> list[dict[str, Any]] | None:
    """Give what was accepted of this seat's records; none if they cannot be read."""
    from sync.replica.database import Replica

    if not seat.replica.exists():
        return []
    try:
        with Replica.open(seat.replica, store.replica_key()) as replica:
            return [asdict(one) for one in replica.generations.acceptances()]
    except EnvironmentFault:
        return None


def _date(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _token_store(home: Path) -> "TokenKeyStore":
    from sync.trust.tokenstore import TokenKeyStore

    return TokenKeyStore(SeatHome(home).keys)


def _pin(pin_file: Path | None) -> str:
    if pin_file is not None:
        return read_file(pin_file).decode("utf-8", "replace").strip()
    return str(typer.prompt("PIN", hide_input=True, err=True))
