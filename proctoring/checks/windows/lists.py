"""What the checks know of Windows' programs, beside the lists of all PCs: `resources/checks/windows.toml`."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from proctoring.checks.lists import CheckListsUnreadable, Words
from sync.wire.document import Part
from sync.wire.ids import Name

FILE: Final = "windows.toml"
_MOST_BYTES: Final = 200_000


class WindowsTool(Part):
    """One program. `programs`: file names without ".exe"; `services`: names of its Windows services."""

    name: Name
    source: Name
    programs: Words
    services: Words = ()


class WindowsTools(Part):
    """All of them, by kind."""

    remote: Annotated[tuple[WindowsTool, ...], Field(max_length=200)]
    capture: Annotated[tuple[WindowsTool, ...], Field(max_length=200)]

    @classmethod
    def load(cls, folder: Path) -> "WindowsTools":
        """Read the list from `resources/checks`.

        Raises:
            CheckListsUnreadable: the file is missing, or not what it has to be.
        """
        try:
            return cls.model_validate_json(json.dumps(tomllib.loads(_read(folder / FILE))))
        except OSError as error:
            raise CheckListsUnreadable(error.strerror or "", file=FILE) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise CheckListsUnreadable(type(error).__name__, file=FILE) from None


def _read(file: Path) -> str:
    """Read plainly: our usual way of opening files asks for flags that only POSIX has."""
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES).decode()
