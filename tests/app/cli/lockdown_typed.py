"""`examroom lockdown` typed at a terminal: this group of commands alone, as making all of them takes longer than it."""

from typer.testing import CliRunner

from app.cli.lockdown import app
from tests.app.cli.terminal import Told


def typed(language: str, *arguments: object) -> Told:
    """Run a command; nobody ever sees a traceback."""
    environment = {"EXAMROOM_LANGUAGE": language, "COLUMNS": "80", "NO_COLOR": "1"}
    result = CliRunner().invoke(app, [str(part) for part in arguments], env=environment)
    told = Told(result.exit_code, result.stdout, result.stderr)
    assert "Traceback" not in told.output + told.errors
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return told
