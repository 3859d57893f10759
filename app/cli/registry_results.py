"""`examroom registry result`, `registry remark`: what becomes of results after their receipts."""

import json as json_module
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import command, out, print_text, say, words
from app.cli.files import require_new_file, write_new_file
from app.registry.check_html import day, marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.registry.correcting import Decision
    from app.registry.premises import Premises
    from app.registry.remarking import Remark
    from app.registry.results import Account

app = typer.Typer(no_args_is_help=True, help="Results after their receipts (成绩更正).")

Home = Annotated[Path, typer.Option(help="The registry's folder.")]
Which = Annotated[str, typer.Argument(metavar="SITTING|CODE", help="A sitting's id, or a verification code.")]
By = Annotated[list[str], typer.Option(help="Who decided, by name; once for each.")]
Reason = Annotated[str, typer.Option(help="Why.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("show")
@command
def show(home: Home, which: Which, json: AsJson = False) -> None:
    """Say what stands of a result, and everything that led to it."""
    from app.registry.results import account_of, sitting_of
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        premises = registry.premises
        sitting = sitting_of(premises, which)
        with premises.database.reading() as session:
            account = account_of(premises, session, sitting)
    if json:
        out.print(json_module.dumps(_facts(account)), markup=False)
        return
    _say_account(account)
    for one in account.corrections:
        document = one.document
        people = words()("screen.simulated.between").join(document.decided_by)
        kind, at = f"result.kind.{document.kind.value}", day(document.decided_ms)
        _say_below(words()(kind, at=at, by=people, reason=document.reason))
        score, most = marks(document.result.score_milli), marks(document.result.max_milli)
        _say_below(words()("result.made", score=score, most=most, index=one.logged.log.index))


@app.command("list")
@command
def list_results(
    home: Home, session: Annotated[str, typer.Option(help="The session's id.")], json: AsJson = False
) -> None:
    """List a session's results, with what is disputed, doubted, or not scored again yet."""
    from app.registry.remarking import pending
    from app.registry.results import accounts_of
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        premises = registry.premises
        accounts = accounts_of(premises, session)
        with premises.database.reading() as rows:
            waiting = [pending(premises, rows, account) is not None for account in accounts]
    for account, waits in zip(accounts, waiting, strict=True):
        if json:
            out.print(json_module.dumps({**_facts(account), "waits_for_remark": waits}), markup=False)
            continue
        _say_account(account)
        if waits:
            _say_below(words()("result.waits"))
    if not json:
        say("result.count", count=len(accounts))


@app.command("void")
@command
def void(home: Home, which: Which, by: By, reason: Reason) -> None:
    """Let a sitting not count any more; two people decide that."""
    from app.registry import correcting

    _correct(home, which, by, reason, correcting.void)


@app.command("reinstate")
@command
def reinstate(home: Home, which: Which, by: By, reason: Reason) -> None:
    """Let a voided sitting count again; two people decide that."""
    from app.registry import correcting

    _correct(home, which, by, reason, correcting.reinstate)


@app.command("decide")
@command
def decide(
    home: Home, which: Which, packet: Annotated[str, typer.Option(help="Its SHA-256.")], by: By, reason: Reason
) -> None:
    """Decide which of the packets that dispute a sitting counts; two people decide that."""
    from app.registry import correcting

    _correct(home, which, by, reason, lambda premises, sitting, why: correcting.decide(premises, sitting, packet, why))


@app.command("export")
@command
def export(home: Home, which: Which, target: Annotated[Path, typer.Argument(metavar="OUT.corrections.json")]) -> None:
    """Write what came after a receipt, for `receipt verify --corrections` and `log audit --receipts`."""
    from app.registry.results import account_of, sitting_of
    from app.registry.service import Registry

    require_new_file(target)
    with Registry.open(home) as registry:
        sitting = sitting_of(registry.premises, which)
        with registry.premises.database.reading() as session:
            account = account_of(registry.premises, session, sitting)
    write_new_file(target, account.file().to_bytes())
    say("result.exported", file=str(target), count=len(account.corrections))


@command
def remark(
    home: Home,
    session: Annotated[str, typer.Option(help="The session's id.")],
    item: Annotated[str, typer.Option(help="The item's id.")],
    rule: Annotated[str, typer.Option(help="full-marks, leave-out, or key: with the right values, e.g. key:A,C.")],
    by: By = [],  # noqa: B006 - read by Typer only
    reason: Reason = "",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, it is only said what would change.")] = False,
) -> None:
    """Score a session again because of an error in an item; both scores are kept."""
    from app.registry import remarking
    from app.registry.correcting import Decision
    from app.registry.rescoring import read_erratum
    from app.registry.service import Registry

    erratum = read_erratum(item, rule)
    with Registry.open(home) as registry:
        premises = registry.premises
        if apply:
            done = remarking.remark(premises, session, erratum, Decision(reason, tuple(by), _now_ms()))
        else:
            done = remarking.foresee(premises, session, erratum)
    for change in done.changes:
        _say_change(change)
    key = "result.remarked" if apply else "result.foreseen"
    say(key, packets=done.packets, changes=len(done.changes), passed=done.now_pass, failed=done.now_fail)


def _say_change(change: "Remark") -> None:
    before, after = change.before, change.after
    say(
        "result.change",
        sitting=change.sitting,
        before=marks(before.score_milli),
        before_most=marks(before.max_milli),
        after=marks(after.score_milli),
        after_most=marks(after.max_milli),
    )
    if change.flips:
        _say_below(words()("result.now_passes" if after.passed else "result.now_fails"))


def _correct(
    home: Path, which: str, by: list[str], reason: str, act: "Callable[[Premises, str, Decision], Account]"
) -> None:
    from app.registry.correcting import Decision
    from app.registry.results import sitting_of
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        sitting = sitting_of(registry.premises, which)
        _say_account(act(registry.premises, sitting, Decision(reason, tuple(by), _now_ms())))


def _say_account(account: "Account") -> None:
    result, said = account.stand.result, words()
    state = account.state.value
    if state == "stands":
        state = "passed" if result.passed else "failed"
    score = said("check_page.marks", score=marks(result.score_milli), most=marks(result.max_milli))
    say("result.line", sitting=account.sitting, score=score, state=said(f"check_page.{state}"), code=account.code)
    for dispute in account.disputes:
        key = "result.settled" if dispute.aside_sha256 in account.stand.decided else "result.disputed"
        _say_below(said(key, aside=dispute.aside_sha256, first=dispute.first_sha256, index=dispute.log.index))
    for doubt in account.doubts:
        _say_below(said(f"result.doubt.{doubt.kind.value}"))


def _say_below(text: str) -> None:
    print_text(f"  {text}")


def _facts(account: "Account") -> dict[str, object]:
    return {
        "sitting": account.sitting,
        "code": account.code,
        "state": account.state.value,
        "packet_sha256": account.stand.packet_sha256,
        "result": account.stand.result.model_dump(mode="json"),
        "log_index": account.stand.leaf,
        "received": account.receipt.result.model_dump(mode="json"),
        "corrections": [
            {**one.document.model_dump(mode="json"), "log_index": one.logged.log.index} for one in account.corrections
        ],
        "disputes": [dispute.model_dump(mode="json") for dispute in account.disputes],
        "doubts": [doubt.kind.value for doubt in account.doubts],
    }


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
