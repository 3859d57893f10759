"""A terminal to type commands at, in this process: what it says on both streams, and the exit code."""

from dataclasses import dataclass

from typer.testing import CliRunner

from app.cli.main import app


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Terminal:
    """A terminal in one language, 80 columns wide."""

    language: str = "en"

    def run(self, *arguments: object, typed: str = "") -> Told:
        """Run a command; nobody ever sees a traceback."""
        environment = {"EXAMROOM_LANGUAGE": self.language, "COLUMNS": "80", "NO_COLOR": "1"}
        result = CliRunner().invoke(app, [str(part) for part in arguments], input=typed, env=environment)
        told = Told(result.exit_code, result.stdout, result.stderr)
        assert "Traceback" not in told.output + told.errors
        return told
