"""`examroom recorder`: record in the foreground, and try out what this PC can hold."""

import base64
import binascii
import json as json_module
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import command, out, say, words
from app.cli.files import KeyFileRefused, read_file, write_new_file
from sync.faults import Exit

if TYPE_CHECKING:
    from proctoring.recorder.messages import RecordingSpec
    from sync.trust.keys import SealingKey

app = typer.Typer(no_args_is_help=True, help="The recorder (录音录像机).")

HOURS_3_MS = 3 * 3_600_000
RETENTION_DAYS = 3 * 366


@app.command("run")
@command
def run(  # noqa: PLR0913, PLR0917 - the options of the command
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
    from sync.trust.keystore import open_key_store

    folder = out_folder.absolute()
    home = keys or folder.with_name(f"{folder.name}.keys")
    store = open_key_store(home)
    store.create()
    opener = _site_key(site_key, home)
    spec = _spec(folder, (source, _sound_beside(source) if sound is None else sound), profile, seconds, opener)
    ended = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: ended.set())
    Foreground(spec, store, _tell_json if json else _tell).run(seconds, ended)


@app.command("bench")
@command
def bench(
    home: Annotated[Path | None, typer.Option(help="A seat's folder: it will record with what was found.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="So much is recorded of each profile.")] = 10.0,
    json: Annotated[bool, typer.Option("--json", help="For a program: one JSON object.")] = False,
) -> None:
    """Measure which profile this PC can record with, best first, without taking more than a tenth of a core.

    Ends with 1 if even the smallest one takes more.
    """
    from app.seat.home import SeatHome
    from app.seat.recording_choice import choose_recording, recording_choice
    from proctoring.recorder.bench import choose_profile

    found = choose_profile(seconds, folder=home)
    if home is not None:
        chosen = recording_choice(SeatHome(home)).model_copy(update={"profile": found.profile.name})
        choose_recording(SeatHome(home), chosen)
    if json:
        out.print(json_module.dumps(found.report()), markup=False)
    else:
        for held in found.measured:
            say("recorder_run.took", profile=held.profile.name, percent=f"{held.processor_percent:.1f}")
        say("recorder_run.holds" if found.holds else "recorder_run.holds_none", profile=found.profile.name)
    if not found.holds:
        raise typer.Exit(Exit.BAD)


@app.command("choose")
@command
def choose(
    home: Annotated[Path, typer.Option(help="The seat's folder.")],
    source: Annotated[str | None, typer.Option(help="auto, camera:N, camera:NAME, rtsp://…")] = None,
    sound: Annotated[str | None, typer.Option(help="auto, microphone:NAME, rtsp://…")] = None,
    profile: Annotated[str | None, typer.Option(help="fine, standard, plain or small.")] = None,
) -> None:
    """Set up what a seat records with; what is not named stays as it is."""
    from app.seat.home import SeatHome
    from app.seat.recording_choice import RecordingChoice, choose_recording, recording_choice
    from proctoring.capture.grammar import parse_picture, parse_sound
    from proctoring.capture.profiles import profile_named

    seat = SeatHome(home)
    before = recording_choice(seat)
    choice = RecordingChoice(
        camera=_checked(source, parse_picture) or before.camera,
        microphone=_checked(sound, parse_sound) or before.microphone,
        profile=_checked(profile, profile_named) or before.profile,
    )
    choose_recording(seat, choice)
    say("recorder_run.chosen", camera=choice.camera, microphone=choice.microphone, profile=choice.profile)


def _checked(text: str | None, check: Callable[[str], object]) -> str | None:
    """Give the text back once it has passed the check, which raises what is wrong with it."""
    if text is not None:
        check(text)
    return text


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
            say("recorder_run.begun", folder=str(event["folder"]))
        case "gap":
            key = f"recording.gap.{event['reason']}"
            why = said(key) if said.has(key) else str(event["reason"])
            say("recorder_run.gap", at=str(event["start_seconds"]), seconds=str(event["length_seconds"]), why=why)
        case "flag":
            say("recorder_run.flag", kind=str(event["kind"]), at=str(event["start_seconds"]))
        case "trouble":
            say(
                "recorder_run.over" if event["over"] else "recorder_run.trouble",
                trouble=said(f"recorder_run.is.{event['trouble']}"),
            )
        case "closed":
            say("recorder_run.closed", seconds=str(event["media_seconds"]), folder=str(event["folder"]))
