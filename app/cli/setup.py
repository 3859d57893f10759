"""`examroom setup`: from an installed program to a ready seat, by a wizard or by an answer file."""

import json as json_module
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import CheckLine, Mark, command, language, out, print_checks, print_text
from app.cli.files import read_file
from app.exam.prose import Language
from sync.faults import Fault

if TYPE_CHECKING:
    from app.setup.answers import Answers, RegistryAnswers
    from app.setup.order import Order
    from app.setup.steps import StepResult

SCHEMA = 1
_MAX_ANSWERS = 100_000


@command
def setup(
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Do it all by this answer file, without a window.")
    ] = None,
    invitation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --answers: this invitation instead of the file's."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Measure and rehearse anew what was done before.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --answers: end with one JSON object.")] = False,
    home: Annotated[
        Path | None, typer.Option(help="Without --answers: the seat's folder, if it is not the usual one.")
    ] = None,
    carry_out: Annotated[bool, typer.Option("--carry-out", hidden=True)] = False,
    under_administrator: Annotated[bool, typer.Option("--under-administrator", hidden=True)] = False,
) -> None:
    """Make this PC a ready seat: registry, enrolment, camera, rehearsal, report. Ends with 0 ready, 1 not ready.

    Without an answer file a wizard asks, in a window. Broken off anywhere, the same command goes on where it was.
    """
    if carry_out:
        _carry_out()
        return
    if answers is None:
        if invitation is not None or json:
            raise typer.BadParameter("needs --answers FILE")
        _ask(home, under_administrator=under_administrator)
        return
    if home is not None:
        raise typer.BadParameter("the answer file says it", param_hint="--home")
    _by_file(answers, invitation, again=again, json=json)


def _ask(home: Path | None, *, under_administrator: bool) -> None:
    from app.seat.display import require_display

    require_display()
    from app.setup.window.program import run_wizard

    code = run_wizard(home, _language_of_window(), under_administrator=under_administrator)
    if code:
        raise typer.Exit(code)


def _language_of_window() -> Language:
    """Give the language to begin with: Chinese, unless this session is an English one; the first page offers both."""
    wanted = next((os.environ[name] for name in ("EXAMROOM_LANGUAGE", "LC_ALL", "LANG") if os.environ.get(name)), "")
    return Language.EN if wanted.lower().startswith("en") else Language.ZH


def _by_file(file: Path, invitation: Path | None, *, again: bool, json: bool) -> None:
    from app.setup.answers import parse_answers

    answers = parse_answers(read_file(file, _MAX_ANSWERS))
    spoken = answers.language if not json else language()
    results: list[StepResult] = []
    for result in _steps(answers, file.absolute().parent, invitation, again=again):
        results.append(result)
        if not json:
            _say(result, spoken)
    bad = next((one for one in results if not one.good), None)
    if json:
        out.print(json_module.dumps(_told(results, spoken), ensure_ascii=False), markup=False)
    else:
        from app.words import Words

        print_text(Words(spoken)("first_run.ready" if bad is None else "first_run.not_ready"), "bold")
    if bad is not None:
        raise typer.Exit(bad.exit)


def _steps(answers: "Answers", folder: Path, invitation: Path | None, *, again: bool) -> Iterator["StepResult"]:
    """Take all steps: the seat's user most of them, we what only an administrator may."""
    from app.setup.account import conduct_as, is_administrator, make_home, seat_account
    from app.setup.conducting import conduct
    from app.setup.steps import Step, StepResult

    seat = ""
    try:
        order = _order(answers, folder, invitation, again=again)
        account = seat_account(answers.home) if is_administrator() else None
        if account is not None:
            make_home(answers.home, account)
            steps = conduct_as(account, order, answers.language)
        else:
            steps = conduct(order, answers.language)
        good = True
        for result in steps:
            good = good and (result.good or result.step not in {Step.REGISTRY, Step.ENROLMENT})
            seat = str(result.facts.get("seat", seat))
            yield result
    except Fault as fault:
        yield StepResult.of_fault(Step.REGISTRY, fault)
        return
    if good:
        yield from _finish(answers, folder, seat)


def _finish(answers: "Answers", folder: Path, seat: str) -> Iterator["StepResult"]:
    from app.setup.account import is_administrator
    from app.setup.conducting import tried
    from app.setup.finishing import copy_report, lock_down, start_service
    from app.setup.steps import Step, done

    def copied(target: Path) -> "StepResult":
        return done(Step.REPORT, "copied", file=str(copy_report(answers.home, target, seat)))

    if answers.report.folder is not None:
        target = folder / answers.report.folder
        yield tried(Step.REPORT, lambda: copied(target))
    if is_administrator():
        yield tried(Step.SERVICE, lambda: start_service(answers.home))
    yield tried(Step.LOCKDOWN, lambda: lock_down(answers.home, answers.lockdown))


def _order(answers: "Answers", folder: Path, invitation: Path | None, *, again: bool) -> "Order":
    from app.seat.home import SeatHome
    from app.setup.enrolling import enrolled_here
    from app.setup.invitations import read_invitation
    from app.setup.order import Order, Typed

    order = Order(
        home=answers.home.absolute(),
        fingerprint=answers.registry.fingerprint,
        recording=answers.recording,
        rehearsal=answers.rehearsal,
        again=again,
    )
    if enrolled_here(SeatHome(answers.home)) is not None:
        return order  # the invitation may have been thrown away since
    if invitation is None and answers.registry.address is not None:
        typed = Typed(address=answers.registry.address, token=answers.registry.token or "")
        return order.model_copy(update={"typed": typed})
    file = invitation or _invitation(answers.registry, folder)
    return order.model_copy(update={"invitation": read_invitation(file)})


def _invitation(registry: "RegistryAnswers", folder: Path) -> Path:
    from app.setup.invitations import invitation_for, names_of_this_pc

    if registry.invitation is not None:
        return folder / registry.invitation
    return invitation_for(folder / (registry.invitations or ""), names_of_this_pc())


def _say(result: "StepResult", spoken: Language) -> None:
    from app.setup.steps import Outcome
    from app.words import Words

    said = Words(spoken)
    marks = {Outcome.FAILED: Mark.BAD, Outcome.ATTENTION: Mark.NOTE, Outcome.SKIPPED: Mark.NOTE}
    name = said("first_run.line", step=said(f"first_run.{result.step}.name"), what=result.what(said))
    detail = "\n  ".join(result.advice(said))
    if result.code:
        code = f"[{result.code}{f' · {result.detail}' if result.detail else ''}]"
        detail = f"{detail}\n  {code}"
    print_checks([CheckLine(marks.get(result.outcome, Mark.GOOD), name, detail)])
    out.file.flush()


def _told(results: list["StepResult"], spoken: Language) -> dict[str, object]:
    from app.words import Words

    said = Words(spoken)
    return {
        "schema": SCHEMA,
        "ready": all(one.good for one in results),
        "seat": next((one.facts["seat"] for one in results if "seat" in one.facts), None),
        "steps": [
            {**one.model_dump(mode="json"), "what": one.what(said), "advice": list(one.advice(said))} for one in results
        ],
    }


def _carry_out() -> None:
    """Do the work that an administrator's process handed to us, the seat's user; one JSON object a line."""
    from app.setup.conducting import conduct
    from app.setup.order import Order

    order = Order.parse(sys.stdin.buffer.read(Order.MAX_BYTES + 1))
    for result in conduct(order, language()):
        sys.stdout.write(result.model_dump_json() + "\n")
        sys.stdout.flush()
