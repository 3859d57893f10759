"""`examroom site`: what a site, or the central escrow, needs to be able to open recordings."""

import base64
from pathlib import Path

import typer

from app.cli.console import command, out, say
from app.cli.files import write_new_file

app = typer.Typer(no_args_is_help=True, help="A site (考点).")


@app.command("key")
@command
def key(file: Path) -> None:
    """Make a key that opens recordings: the secret goes to FILE, the public part into session files."""
    from sync.trust.keys import SealingKey

    made = SealingKey.generate()
    write_new_file(file, base64.b64encode(made.raw()) + b"\n")
    say("cli.site_key", file=str(file))
    out.print(f'public_key = "{base64.b64encode(made.public_raw).decode()}"', markup=False)
