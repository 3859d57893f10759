"""`examroom recorder`: record in the foreground, and try out what this PC can hold."""

import base64
import binascii
import json as json_module
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import command, out, say, words
from app.cli.files import KeyFileRefused, read_file, write_new_file

if TYPE_CHECKING:
    from proctoring.recorder.messages import RecordingSpec
    from sync.trust.keys import SealingKey

app = typer.Typer(no_args_is_help=True, help="The recorder (录音录像机).")

HOURS_3_MS = 3 * 3_600_000
RETENTION_DAYS = 3 * 366


@app.command("run")
@command
def run(
    out_folder: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The recording's folder, new or broken off.")
    ],
    source: Annotated[
        str, typer.Option(help="auto, synthetic, synthetic:clap, camera:N, camera:NAME, rtsp://…, file:PATH")
    ] = "auto",
    sound: Annotated[
        str | None, typer.Option(help="auto, synthetic, synthetic:clap, microphone:NAME, rtsp://…, file:PATH")
    ] = None,
    profile: Annotated[str, typer.Option(help="fine, standard, plain or small.")] = "standard",
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Close after so long; else when it is told to.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(metavar="DIR", help="The device's keys; made if need be.")] = None,
    site_key: Annotated[Path | None, typer.Option(metavar="FILE", help="The key that will open the recording.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Tell everything as JSON, one object a line.")] = False,
) -> None:
    """Record in this process until the time is over, or until SIGTERM or Ctrl+C; then close the recording.

    A folder in which a recording broke off is gone on with, after a stated gap.
    """
    from proctoring.recorder.foreground import Foreground
    from sync.trust.keystore import FileKeyStore

    folder = out_folder.absolute()
    home = keys or folder.with_name(f"{folder.name}.keys")
    store = FileKeyStore(home)
    store.create()
    opener = _site_key(site_key, home)
    spec = _spec(folder, (source, _sound_beside(source) if sound is None else sound), profile, seconds, opener)
    ended = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: ended.set())
    Foreground(spec, store, _tell_json if json else _tell).run(seconds, ended)


def _spec(
    folder: Path, sources: tuple[str, str], profile: str, seconds: float | None, opener: "SealingKey"
) -> "RecordingSpec":
    from proctoring.capture.grammar import parse_picture, parse_sound
    from proctoring.capture.profiles import profile_named
    from proctoring.recorder.foreground import ids_for
    from proctoring.recorder.messages import RecordingSpec
    from sync.wire.plan import Recipient, RecipientRole

    source, sound = sources
    parse_picture(source)
    parse_sound(sound)
    profile_named(profile)
    ids = ids_for(folder)
    public = base64.b64encode(opener.public_raw).decode()
    return RecordingSpec(
        recording=ids["recording"],
        session=ids["session"],
        sitting=ids["sitting"],
        device=ids["device"],
        folder=folder,
        recipients=(Recipient(role=RecipientRole.SITE, public_key=public),),
        camera=source,
        microphone=sound,
        retention_days=RETENTION_DAYS,
        profile=profile,
        expected_ms=HOURS_3_MS if seconds is None else round(seconds * 1000),
    )


def _sound_beside(source: str) -> str:
    """Choose the sound when only the picture was named: from where the picture comes, if there is sound, too."""
    with_sound = ("synthetic", "rtsp:", "file:")
    return source if source.startswith(with_sound) else "auto"


def _site_key(file: Path | None, home: Path) -> "SealingKey":
    """Read the key that will open the recording; without a name, the one beside the device's keys, made if need be.

    Raises:
        KeyFileRefused: the file holds no such key.
    """
    from sync.trust.keys import KeyRefused, SealingKey

    path = file or home / "site.key"
    if file is None and not path.exists():
        made = SealingKey.generate()
        write_new_file(path, base64.b64encode(made.raw()) + b"\n")
        return made
    try:
        return SealingKey.from_raw(base64.b64decode(read_file(path).strip(), validate=True))
    except (binascii.Error, KeyRefused):
        raise KeyFileRefused from None


def _tell_json(event: dict[str, object]) -> None:
    out.print(json_module.dumps(event, ensure_ascii=False), markup=False)


def _tell(event: dict[str, object]) -> None:
    said = words()
    match event["event"]:
        case "recording":
            say("recorder.begun", folder=str(event["folder"]))
        case "gap":
            key = f"recording.gap.{event['reason']}"
            why = said(key) if said.has(key) else str(event["reason"])
            say("recorder.gap", at=str(event["start_seconds"]), seconds=str(event["length_seconds"]), why=why)
        case "flag":
            say("recorder.flag", kind=str(event["kind"]), at=str(event["start_seconds"]))
        case "trouble":
            say(
                "recorder.over" if event["over"] else "recorder.trouble",
                trouble=said(f"recorder.is.{event['trouble']}"),
            )
        case "closed":
            say("recorder.closed", seconds=str(event["media_seconds"]), folder=str(event["folder"]))
