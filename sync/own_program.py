"""How a part of this program is started as a process of its own, whichever way the program was installed.

In a checkout and in a Linux package `sys.executable` is Python, which runs a module by its name. In a frozen program
(PyInstaller's documentation, "Run-time Information") `sys.executable` is the program itself: it is told by a first word
which of its modules to be (`app.cli.frozen`, which has the closed list of them).
"""

import sys
from typing import Final

BE_MODULE: Final = "--be-module"
"""The first word by which a frozen program is told to be one of its modules."""
COMMAND_LINE: Final = "app.cli.main"
"""What a frozen program is when it is told nothing."""


def own_program(module: str) -> list[str]:
    """Give the words that start one of this program's own modules; its own arguments come after them.

    Nothing is imported from the folder that one stands in (-P), and a Python that was started to look at nothing of
    its user's (-I) starts others in the same way. A frozen program is always like that.
    """
    if is_frozen():
        return [sys.executable] if module == COMMAND_LINE else [sys.executable, BE_MODULE, module]
    return [sys.executable, "-I" if sys.flags.isolated else "-P", "-m", module]


def is_frozen() -> bool:
    """Tell whether the program is one file with its Python inside, as on Windows."""
    return bool(getattr(sys, "frozen", False))
