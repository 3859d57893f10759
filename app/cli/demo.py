"""`examroom demo`: the main job, once, on this machine."""

import os
import signal
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

from app.cli.console import command, err, out, say, simulated_parts, words
from app.demo.cast import ADMINISTRATORS
from app.demo.home import DemoHome
from app.exam.prose import Language
from sync.faults import Exit

if TYPE_CHECKING:
    from app.demo.conductor import Wish
    from app.demo.provision import Stage
    from app.demo.summary import Summary

ITEMS, MOST_ITEMS = 100, 100


@command
def demo(  # noqa: PLR0913, PLR0917 - the options of the command
    autopilot: Annotated[bool, typer.Option("--autopilot", help="Let a simulated candidate sit.")] = False,
    keyboard: Annotated[
        bool, typer.Option("--keyboard", help="The simulated candidate and proctors have no mouse.")
    ] = False,
    every_interaction: Annotated[
        bool,
        typer.Option("--every-interaction", help="One item for every kind of interaction, instead of the sample bank."),
    ] = False,
    home: Annotated[Path | None, typer.Option(help="A new folder for everything (default: in your cache).")] = None,
    json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
    items: Annotated[int, typer.Option(min=1, max=MOST_ITEMS, help="Items on the form.")] = ITEMS,
    pace: Annotated[int, typer.Option(min=0, max=60_000, help="Milliseconds between the candidate's actions.")] = 0,
    power_cut: Annotated[
        int | None, typer.Option(min=1, help="SIGKILL the seat right after this many saved responses.")
    ] = None,
) -> None:
    """Run one whole sitting: registry, seat, recorder, candidate, receipt.

    With a display a person sits, in a window; without one, a simulated candidate does, on a virtual display.
    """
    from app.demo.conductor import Wish, sit_simulated, stage_set
    from app.demo.display import virtual_display
    from app.demo.summary import gather
    from app.seat.display import has_display

    display_here = has_display()
    narrate = (lambda key: err.print(words()(key), markup=False)) if json else say
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C: every program is ended on the way out
    with ExitStack() as stack:
        display = None
        if not display_here:
            narrate("demo.no_display")
            display = stack.enter_context(virtual_display())
        wish = Wish(
            home=DemoHome(home.absolute() if home else _default_home()),
            language=Language.EN if os.environ.get("EXAMROOM_LANGUAGE") == "en" else Language.ZH,
            items=items,
            pace_ms=pace,
            display=display,
            power_cut=power_cut,
            every_interaction=every_interaction,
            keyboard=keyboard,
        )
        simulated = autopilot or not display_here
        stage = stack.enter_context(stage_set(wish, narrate, simulated=simulated))
        if not simulated:
            _sit_in_person(wish, stage)
            return
        witness = sit_simulated(wish, stage, narrate)
        summary = gather(wish, stage, witness)
    if json:
        out.print(summary.to_json(), markup=False)
    else:
        print_summary(summary, wish.home)
    if not summary.good:
        raise typer.Exit(Exit.BAD)


def _sit_in_person(wish: "Wish", stage: "Stage") -> None:
    """Let a person sit; when they close the window, check and keep the evidence, and say where everything is."""
    from app.demo.conductor import sit_in_person
    from app.demo.evidence import keep_all_evidence

    sit_in_person(wish, stage, lambda: say("demo.sit_down", home=str(wish.home.root)))
    say("demo.evidence", sittings=keep_all_evidence(wish.home), folder=str(wish.home.evidence))
    print_archive(wish.home)
    say("demo.ended", home=str(wish.home.root))


def print_summary(summary: "Summary", home: DemoHome) -> None:
    """Say in a few lines what happened and where everything is."""
    say("demo.result", score=f"{summary.score:g}", items=summary.items, registry=f"{summary.registry_score:g}")
    say("demo.receipt", index=summary.log_index)
    say(
        "demo.recorded",
        seconds=f"{summary.recording_seconds:g}",
        verdict=words()(f"verdict.{summary.recording_verdict}"),
    )
    say("demo.archived", verdict=words()(f"verdict.{summary.archived_as}"))
    print_archive(home)
    if summary.resumed_on_item is not None:
        say("demo.resumed", item=summary.resumed_on_item, ms=summary.resume_ms or 0, lost=summary.lost_responses)
    say("demo.simulated", what=simulated_parts(summary.simulated))
    say("demo.screenshots", folder=str(home.screenshots))
    say("demo.done" if summary.good else "demo.not_right", home=str(home.root))


def print_archive(home: DemoHome) -> None:
    """Say who may look at the recordings, and by which command."""
    say("demo.administrators", pins=", ".join(f"{one.name} {one.pin}" for one in ADMINISTRATORS))
    out.print(f"    examroom archive window --home {home.archive} --key {home.site_key}", markup=False, soft_wrap=True)


def _default_home() -> Path:
    return Path(platformdirs.user_cache_dir("examroom")) / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
