"""A token without hardware: SoftHSM 2, as PKCS#11 modules go a real one; plugged and unplugged by its folder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, SO_PIN = "135792", "86420864"


@dataclass(frozen=True)
class SoftTokens:
    """The slots of a simulated PC."""

    folder: Path

    def add(self, label: str, pin: str = PIN) -> None:
        """Plug a new token in."""
        tell("--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN)

    def unplug(self) -> None:
        """Pull all tokens out."""
        self.folder.rename(self.folder.with_name("pocket"))
        self.folder.mkdir()

    def plug_in(self) -> None:
        """Put those back that were pulled out."""
        self.folder.rmdir()
        self.folder.with_name("pocket").rename(self.folder)

    def new_pin(self, label: str, pin: str) -> None:
        """Let somebody else change a token's PIN."""
        with pkcs11.lib(MODULE).get_token(token_label=label).open(rw=True, so_pin=SO_PIN) as session:
            session.init_pin(pin)

    def objects(self, label: str, pin: str = PIN) -> list[str]:
        """Look into a token past our own code: what kinds of objects it holds."""
        with pkcs11.lib(MODULE).get_token(token_label=label).open(user_pin=pin) as session:
            return sorted(
                pkcs11.ObjectClass(found[pkcs11.Attribute.CLASS]).name for found in list(session.get_objects())
            )


def tell(*arguments: str) -> None:
    """Run softhsm2-util."""
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


@contextmanager
def soft_tokens(folder: Path, like: Path | None = None) -> Iterator[SoftTokens]:
    """Give this process (and those it starts) slots of their own, empty or with copies of the tokens in `like`."""
    tokens = folder / "tokens"
    if like is None:
        tokens.mkdir(parents=True)
    else:
        shutil.copytree(like, tokens)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        forget()
        yield SoftTokens(tokens)
        forget()
    shutil.rmtree(folder, ignore_errors=True)


def forget() -> None:
    """Let the library begin anew when it is next asked: it reads its settings then."""
    library = pkcs11.lib(MODULE) if "SOFTHSM2_CONF" in os.environ else None
    if library is not None and library.initialized:
        library.finalize()
