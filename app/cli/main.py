"""`examroom`: the command that holds all commands."""

import sys

import structlog
import typer

from app.cli import (
    agent,
    archive,
    archive_acts,
    archive_window,
    build,
    content_repo,
    demo,
    doctor,
    evidence,
    handbook,
    lockdown,
    lockdown_session,
    log,
    media,
    outbox,
    recorder,
    recording,
    recording_export,
    recording_play,
    registry,
    registry_channel,
    registry_ingest,
    registry_results,
    room_record,
    seat,
    seat_changing,
    seat_ending,
    seat_identity,
    seat_keys,
    setup,
    site,
    slip,
    update,
    witness,
)
from app.cli.content import commands as content

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("setup")(setup.setup)
app.command("handbook")(handbook.handbook)
registry.app.add_typer(registry_ingest.app)
registry.app.add_typer(registry_channel.app, name="channel")
registry.app.add_typer(registry_results.app, name="result")
registry.app.command("remark")(registry_results.remark)
app.add_typer(registry.app, name="registry")
app.add_typer(content.app, name="content")
app.add_typer(content_repo.app, name="content-repo")
seat.app.add_typer(seat_keys.app)
seat.app.add_typer(seat_identity.app)
seat.app.add_typer(seat_changing.app)
seat.app.add_typer(seat_ending.app)
app.add_typer(seat.app, name="seat")
app.add_typer(site.app, name="site")
app.add_typer(agent.app, name="agent")
app.add_typer(outbox.app, name="outbox")
archive.app.add_typer(archive_acts.app)
archive.app.add_typer(archive_window.app)
app.add_typer(archive.app, name="archive")
app.add_typer(media.app, name="media")
app.add_typer(evidence.packet, name="packet")
app.add_typer(evidence.receipt, name="receipt")
app.add_typer(slip.app, name="slip")
app.add_typer(log.app, name="log")
app.add_typer(witness.app, name="witness")
registry.app.add_typer(witness.of_registry, name="witness")
lockdown.app.command("session")(lockdown_session.session)
app.add_typer(lockdown.app, name="lockdown")
app.add_typer(build.app, name="build")
app.add_typer(update.app, name="update")
app.add_typer(recorder.app, name="recorder")
recording.app.command("export")(recording_export.export)
recording.app.command("play")(recording_play.play)
app.add_typer(recording.app, name="recording")
app.add_typer(room_record.app, name="room-record")


@app.callback()
def examroom() -> None:
    """The exam room: delivers, records, scores and proves qualification exams, with or without a network."""
    # what a command tells stands alone on its standard output
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def run() -> None:
    """Start the command line."""
    app()


if __name__ == "__main__":
    run()
