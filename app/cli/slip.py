"""`examroom slip`: result slips that people carry, and their check with public keys only."""

import base64
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import CheckLine, Mark, command, language, print_checks, print_text, say, words
from app.cli.files import load_trust, read_file, require_new_file, write_new_file
from app.cli.log import ca_of
from app.cli.slip_html import read_slip, receipt_of, slip_page
from app.exam.verification import grouped, read_code, verification_code
from app.registry.check_html import day_time, marks, step_line, verdict
from app.registry.codes import CodeMistyped, CodeUnknown, entry_of, masked_name
from sync.client.connection import RegistryConnection, RegistryUnreachable
from sync.faults import EnvironmentFault, Exit, Refused
from sync.trust.anchor import Trust
from sync.trust.envelope import verify as verify_envelope
from sync.trust.evidence import Check, check_packet, check_receipt
from sync.trust.result_evidence import check_statement
from sync.wire.enrolment import RegistryRole
from sync.wire.plan import SessionPlan
from sync.wire.receipt import InclusionProof, Receipt
from sync.wire.result import STATEMENT_BYTES, MaskedCandidate, ResultStatement, Slip, SlipAbout

app = typer.Typer(no_args_is_help=True, help="Result slips (成绩单).")

_SLIP_BYTES = 3_000_000

TrustFolder = Annotated[Path | None, typer.Option(help="The folder of public keys.")]
Address = Annotated[str, typer.Option(help="The registry's address, https://…")]


class EvidenceBad(Refused):
    """No slip is made of evidence that is not good. Fact: `check`."""

    code = "SLIP_EVIDENCE_BAD"


class CodeAlone(EnvironmentFault):
    """A code alone tells nothing without a network: the registry has to be asked."""

    code = "CODE_ALONE"


class SlipSourceUnclear(Refused):
    """A slip is made from a registry's home and a code, or from packet, receipt, plan and public keys."""

    code = "SLIP_SOURCE_UNCLEAR"
    exit = Exit.USAGE


@app.command("make")
@command
def make(  # noqa: PLR0913 - the two ways there are
    out: Annotated[Path, typer.Argument(metavar="OUT.html", help="The slip: one sheet, to print or to hand over.")],
    *,
    home: Annotated[Path | None, typer.Option(help="At the registry: its folder …")] = None,
    code: Annotated[str | None, typer.Option(help="… and the verification code, or the sitting's id.")] = None,
    packet: Annotated[Path | None, typer.Option(help="Elsewhere: the packet …")] = None,
    receipt: Annotated[Path | None, typer.Option(help="… its receipt …")] = None,
    plan: Annotated[Path | None, typer.Option(help="… the session's signed plan, which names the candidate …")] = None,
    proof: Annotated[Path | None, typer.Option(help="… and the proof that it stands in the log, if at hand.")] = None,
    trust: TrustFolder = None,
    url: Address = "",
) -> None:
    """Make a result slip in the terminal's language."""
    require_new_file(out)
    if home is not None and code is not None:
        slip = _at_registry(home, code, url)
    elif packet is not None and receipt is not None and plan is not None and trust is not None:
        slip = _from_evidence(load_trust(trust), (packet, receipt, plan), proof, url)
    else:
        raise SlipSourceUnclear
    write_new_file(out, slip_page(slip))
    say("slip.made", file=str(out))


@app.command("verify")
@command
def verify(
    things: Annotated[list[str], typer.Argument(metavar="FILE|CODE…", help="Slips, or verification codes.")],
    trust: Annotated[Path, typer.Option(help="The folder of public keys (and ca.pem, for --from).")],
    source: Annotated[str, typer.Option("--from", help="Ask this registry what stands now; a code needs it.")] = "",
) -> None:
    """Check slips without a network, or (with --from) slips and codes against what stands at the registry now."""
    keys = load_trust(trust)
    connection = RegistryConnection(source, ca_of(trust)) if source else None
    try:
        good = [_verify_one(one, keys, connection) for one in things]
    finally:
        if connection is not None:
            connection.close()
    if not all(good):
        raise typer.Exit(Exit.BAD)


def _at_registry(home: Path, code: str, url: str) -> Slip:
    from app.registry.premises import PUBLIC_URL, URL
    from app.registry.results import statement
    from app.registry.service import Registry

    with Registry.open(home) as registry:
        signed = statement(registry.premises, code)
        database = registry.premises.database
        address = url or database.setting(PUBLIC_URL) or database.setting(URL) or ""
    return _slip(address, statement=base64.b64encode(signed).decode())


def _from_evidence(trust: Trust, files: tuple[Path, Path, Path], proof: Path | None, url: str) -> Slip:
    packet, receipt, plan = (read_file(file) for file in files)
    proven = read_file(proof) if proof else None
    said = check_receipt(receipt, packet, proven, trust)
    for check in (*check_packet(packet, trust).checks, *said.checks):
        if not check.good:
            raise EvidenceBad(check.detail, check=words()(f"check.{check.name}"))
    if not isinstance(said.document, Receipt):
        raise EvidenceBad(check=words()("check.receipt_schema"))
    found = verify_envelope(plan, SessionPlan.PAYLOAD_TYPE, trust.role_key(RegistryRole.PLAN))
    planned, result = SessionPlan.parse(found.payload), said.document.result
    if planned.session != result.session:
        raise EvidenceBad("another session's plan", check=words()("check.receipt_ids"))
    entry = entry_of(planned, result.sitting)
    about = SlipAbout(
        candidate=MaskedCandidate(name=masked_name(entry.name), id_number=entry.id_number_masked),
        exam_title=planned.exam_title,
        site=planned.site,
        opened_ms=planned.opens_ms,
        simulated=entry.simulated,
    )
    parsed = InclusionProof.parse(proven) if proven else None
    return _slip(url, receipt=base64.b64encode(receipt).decode(), proof=parsed, about=about)


def _slip(address: str, **parts: object) -> Slip:
    try:
        return Slip.model_validate({"language": language().value, "address": address.rstrip("/"), **parts})
    except ValueError:
        raise SlipSourceUnclear("the registry's address") from None


def _verify_one(thing: str, trust: Trust, connection: RegistryConnection | None) -> bool:
    code = None if Path(thing).exists() else read_code(thing)
    if code is not None:
        if connection is None:
            raise CodeAlone
        return _ask(code, trust, connection)
    if not Path(thing).exists() and "." not in thing and "/" not in thing:
        raise CodeMistyped
    slip, shown = read_slip(read_file(Path(thing), _SLIP_BYTES))
    checks = [Check("slip_shown", shown)]
    if slip.statement is not None:
        report = check_statement(base64.b64decode(slip.statement), trust)
        found = _tell(thing, [*checks, *report.checks], report.document)
        code = report.document.code if report.document else None
    else:
        proof = slip.proof.to_bytes() if slip.proof else None
        evidence = check_receipt(base64.b64decode(slip.receipt or ""), None, proof, trust)
        found = _tell(thing, [*checks, *evidence.checks], None)
        if evidence.document is not None:
            code = _say_receipt(receipt_of(slip))
    if found and code is not None and connection is not None:
        return _ask(code, trust, connection)
    return found


def _ask(code: str, trust: Trust, connection: RegistryConnection) -> bool:
    """Ask what stands now. The answer is believed for its signature, and because it is about this code."""
    reply = connection.get(f"/v1/results/{code}", STATEMENT_BYTES)
    if reply.status == HTTPStatus.NOT_FOUND:
        raise CodeUnknown
    if reply.status != HTTPStatus.OK:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    report = check_statement(reply.body, trust)
    asked = Check("statement_code", report.document is not None and report.document.code == code)
    return _tell(grouped(code), [*report.checks, asked], report.document)


def _tell(name: str, checks: list[Check], found: ResultStatement | None) -> bool:
    said = words()
    print_text(name, style="bold")
    lines = (
        CheckLine(Mark.GOOD if one.good else Mark.BAD, said(f"check.{one.name}"), "" if one.good else one.detail)
        for one in checks
    )
    print_checks(lines)
    good = all(one.good for one in checks)
    if found is not None:
        say("slip.stands", at=day_time(found.issued_ms), verdict=verdict(said, found))
        say("slip.whose", name=found.candidate.name, number=found.candidate.id_number)
        for step in found.steps:
            print_text("  " + step_line(said, step))
    print_text(said("slip.good" if good else "slip.bad"), style="bold green" if good else "bold red")
    return good


def _say_receipt(found: Receipt) -> str:
    result, code = found.result, verification_code(found.payload_sha256)
    kind = "voided" if result.voided else "passed" if result.passed else "failed"
    say("slip.received", verdict=words()(f"check_page.{kind}"), score=marks(result.score_milli), code=grouped(code))
    say("slip.nobody_signed")
    return code
