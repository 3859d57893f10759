"""`examroom content-repo`: the channel's client by itself, as outside TUF test harnesses drive clients.

The protocol is CLIENT-CLI.md of the TUF project's `tuf-conformance`: options stand before the command or after it, the
metadata that is trusted lies under unversioned names in the metadata folder, an exit code of 0 means all of it was done
and 1 that something was not. It is the very code a seat uses, only the clock is the system's alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, ParamSpec, TypeVar
from urllib.parse import quote

import typer

from app.cli.console import command, print_fault
from sync.client.mirror import Mirror
from sync.client.tuf_client import MOST_METADATA_BYTES
from sync.faults import EnvironmentFault, Exit, Fault
from sync.replica.durable import private_folder, write_durably
from sync.trust.files import read_bounded

if TYPE_CHECKING:
    from sync.client.channel import Channel

P = ParamSpec("P")
T = TypeVar("T")

_BEGINNING: Final = "root_history/embedded"
"""Where `init` puts the root that trust begins with; nothing that comes from a repository is ever written there."""
_NS_PER_MS: Final = 1_000_000

MetadataDir = Annotated[Path | None, typer.Option(help="Where the metadata that is trusted is kept.")]
MetadataUrl = Annotated[str | None, typer.Option(help="The address of the repository's metadata.")]
TargetDir = Annotated[Path | None, typer.Option(help="Where fetched files go.")]
TargetBaseUrl = Annotated[str | None, typer.Option(help="The address of the repository's files.")]
TargetName = Annotated[str | None, typer.Option(help="The file to fetch, as the repository names it.")]


class ChannelNotBegun(EnvironmentFault):
    """The folder has no root that trust could begin with. Fact: `folder`."""

    code = "CHANNEL_NOT_BEGUN"


class RootUnreadable(EnvironmentFault):
    """The root to begin with cannot be read. Fact: `file`."""

    code = "ROOT_UNREADABLE"


@dataclass(frozen=True)
class _Before:
    """Options that stood before the command."""

    metadata_dir: Path | None
    metadata_url: str | None
    target_dir: Path | None
    target_base_url: str | None
    target_name: str | None


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    help="A content repository's client by itself, for outside test harnesses.",
)


def _zero_or_one(function: Callable[P, None]) -> Callable[P, None]:
    """Hold the protocol's exit codes: whatever was not done is 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except Fault as fault:
            print_fault(fault)
            raise typer.Exit(Exit.BAD) from None

    return run


@app.callback()
def before(
    context: typer.Context,
    metadata_dir: MetadataDir = None,
    metadata_url: MetadataUrl = None,
    target_dir: TargetDir = None,
    target_base_url: TargetBaseUrl = None,
    target_name: TargetName = None,
) -> None:
    """Take the options that stand before the command."""
    context.obj = _Before(metadata_dir, metadata_url, target_dir, target_base_url, target_name)


@app.command("init")
@command
@_zero_or_one
def init(
    context: typer.Context,
    root: Annotated[Path, typer.Argument(metavar="ROOT.json", help="The root metadata that trust begins with.")],
    metadata_dir: MetadataDir = None,
) -> None:
    """Begin with a root; nothing is asked of a repository."""
    from sync.client.channel import begin

    folder = _wanted(metadata_dir or _said(context).metadata_dir, "--metadata-dir")
    try:
        raw = read_bounded(root, MOST_METADATA_BYTES)
    except OSError as error:
        raise RootUnreadable(error.strerror or "", file=str(root)) from None
    begin(folder, raw, _now_ms())
    write_durably(folder / _BEGINNING, raw)


@app.command("refresh")
@command
@_zero_or_one
def refresh(
    context: typer.Context,
    metadata_dir: MetadataDir = None,
    metadata_url: MetadataUrl = None,
) -> None:
    """Bring the metadata up to date."""
    said = _said(context)
    folder = _wanted(metadata_dir or said.metadata_dir, "--metadata-dir")
    url = _wanted(metadata_url or said.metadata_url, "--metadata-url")
    _channel(folder, Mirror(url, url)).refresh(_now_ms())


@app.command("download")
@command
@_zero_or_one
def download(
    context: typer.Context,
    metadata_dir: MetadataDir = None,
    metadata_url: MetadataUrl = None,
    target_dir: TargetDir = None,
    target_base_url: TargetBaseUrl = None,
    target_name: TargetName = None,
) -> None:
    """Bring the metadata up to date and fetch a file, unless it is there already."""
    said = _said(context)
    folder = _wanted(metadata_dir or said.metadata_dir, "--metadata-dir")
    url = _wanted(metadata_url or said.metadata_url, "--metadata-url")
    into = _wanted(target_dir or said.target_dir, "--target-dir")
    base = _wanted(target_base_url or said.target_base_url, "--target-base-url")
    name = _wanted(target_name or said.target_name, "--target-name")
    channel = _channel(folder, Mirror(url, base))
    channel.refresh(_now_ms())
    channel.fetch(channel.target(name), private_folder(into) / quote(name, ""))


def _channel(folder: Path, mirror: Mirror) -> "Channel":
    from sync.client.channel import Channel

    try:
        root = read_bounded(folder / _BEGINNING, MOST_METADATA_BYTES)
    except OSError as error:
        raise ChannelNotBegun(error.strerror or "", folder=str(folder)) from None
    return Channel(folder, root, mirror, keeps=False)  # the protocol looks at each request


def _said(context: typer.Context) -> _Before:
    before_it = context.obj
    return before_it if isinstance(before_it, _Before) else _Before(None, None, None, None, None)


def _wanted(value: T | None, option: str) -> T:
    if value is None:
        raise typer.BadParameter(f"Missing option '{option}'.")
    return value


def _now_ms() -> int:
    """Read the system's clock: an outside harness sets it, and wants expiry judged by it."""
    return time.time_ns() // _NS_PER_MS


if __name__ == "__main__":
    app()
