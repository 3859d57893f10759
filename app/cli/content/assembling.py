"""`examroom content assemble`: a form from a bank, or a blueprint with parallel forms."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import command, language, say
from app.cli.content.group import app
from app.cli.files import read_file, write_new_file
from app.exam.prose import Language
from sync.faults import Exit, Fault
from sync.wire.document import canonical_json
from sync.wire.plan import Blueprint

if TYPE_CHECKING:
    from app.content.forms.facts import BankFacts


class ParallelOptions(Fault):
    """Options that do not go together."""

    code = "PARALLEL_OPTIONS"
    exit = Exit.USAGE


@dataclass(frozen=True)
class Wanted:
    """How many parallel forms, on how many of them an item may be, and the file of measured difficulties."""

    forms: int
    reuse: int
    measured: bytes | None


@app.command("assemble")
@command
def assemble_form(  # noqa: PLR0913, PLR0917 - the options of the command
    bank: Annotated[Path, typer.Option(help="The bank's folder.", metavar="DIR")],
    blueprint: Annotated[Path, typer.Option(help="The blueprint: JSON or TOML.", metavar="FILE")],
    seed: Annotated[str, typer.Option(help="Any text, or 64 hexadecimal digits.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; never over a file.", metavar="FILE")] = None,
    parallel: Annotated[int, typer.Option(help="Make so many forms that are equally hard.", min=0, max=1000)] = 0,
    reuse: Annotated[int | None, typer.Option(help="On how many of them one item may be [1].", min=1, max=1000)] = None,
    difficulty: Annotated[Path | None, typer.Option(help="CSV: item, p (measured).", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Draw the form of a bank, a blueprint and a seed: everywhere the same. With --parallel, make parallel forms."""
    from app.content.folder import folder_facts
    from app.content.forms.assembling import assemble, form_json, read_blueprint, read_seed

    if (parallel and out is None) or (not parallel and (reuse or difficulty)):
        raise ParallelOptions
    rule, digits = read_blueprint(read_file(blueprint)), read_seed(seed)
    facts = folder_facts(bank)
    if parallel and out:
        wanted = Wanted(parallel, reuse or 1, read_file(difficulty) if difficulty else None)
        _write_parallel(facts, rule, digits, out, wanted, as_json=as_json)
        return
    form = assemble(facts, rule, digits)
    line = canonical_json(form_json(facts, rule, digits, form))
    if out:
        write_new_file(out, line + b"\n")
    if as_json:
        typer.echo(line.decode())
        return
    say("assembling.form", items=len(form.items), marks=f"{form.max_milli / 1000:g}", sha256=form.sha256)
    for index, section in enumerate(rule.sections):
        names = " ".join(place.item for place in form.items if place.section == index)
        title = section.title.zh if language() is Language.ZH else section.title.en
        say("assembling.section", number=index + 1, title=title, items=names)


def _write_parallel(
    facts: "BankFacts", rule: Blueprint, seed: str, out: Path, wanted: Wanted, *, as_json: bool
) -> None:
    from app.content.forms.assembling import blueprint_digest, marks
    from app.content.forms.difficulty import read_difficulties
    from app.content.forms.parallel import make_parallel

    values = read_difficulties(wanted.measured) if wanted.measured is not None else {}
    made = make_parallel(facts, rule, seed, forms=wanted.forms, reuse=wanted.reuse, measured=values)
    write_new_file(out, canonical_json(made.blueprint.model_dump(mode="json")) + b"\n")
    if as_json:
        told = {
            "bank": facts.bank,
            "bank_sha256": facts.sha256,
            "blueprint_sha256": blueprint_digest(made.blueprint),
            "seed": seed,
            "forms": wanted.forms,
            "reuse": wanted.reuse,
            "expected": [marks(milli) for milli in made.expected],
            "spread": marks(made.spread),
            "section_spreads": [marks(milli) for milli in made.section_spreads],
        }
        typer.echo(canonical_json(told).decode())
        return
    say("assembling.parallel", forms=wanted.forms, file=str(out))
    say("assembling.spread", spread=f"{made.spread / 1000:g}", least=f"{min(made.expected) / 1000:g}")
    for number, milli in enumerate(made.section_spreads, start=1):
        say("assembling.section_spread", number=number, spread=f"{milli / 1000:g}")
