"""Whether the program that runs is the one that was released: its files against a signed list.

Compared is the whole tree that was installed: our packages and everybody else's, libraries, byte code, links, the
launcher. That somebody else than the superuser may write there counts as a difference, and so does a variable that lets
code of another place in.
Whoever can exchange the system's interpreter, or this check, is not found by it; it finds a half-done update, a damaged
disk, and a change by somebody who did not think of it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import is_installed
from proctoring.checks.situation import Situation
from proctoring.checks.tree import LIST_FILE

_LIBRARIES: Final = frozenset({"LD_PRELOAD", "LD_AUDIT"})
"""Here a bare name is a library of the system, and spaces part them, too (ld.so(8))."""
LETTING_IN: Final = (
    *sorted(_LIBRARIES),
    "LD_LIBRARY_PATH",
    "GCONV_PATH",
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSTARTUP", "PYTHONPYCACHEPREFIX"),
    *("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"),
    *("GST_PLUGIN_PATH", "GST_PLUGIN_PATH_1_0", "GST_PLUGIN_SYSTEM_PATH", "GST_PLUGIN_SYSTEM_PATH_1_0"),
    *("OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"),
)
"""Variables by which ld.so(8), iconv, Python, Qt, GStreamer and OpenSSL take code from other places than they would."""
_SETTINGS: Final = "/etc/"


def build(_machine: Machine, situation: Situation) -> Observation:
    """Tell whether the installed files are those of the release. The first time some 1 s, then 7 to 50 ms."""
    expected = situation.build
    if expected is None:
        return unknown("build", (f"{LIST_FILE}: there is none",))
    if expected.listed is None or expected.tree is None:
        return found("build", (f"{LIST_FILE}: {expected.problem}",), count=1)
    different = expected.tree.look(whole=not situation.briefly)
    lines = [f"{one.kind}: {one.path}" for one in different]
    lines += _let_in(situation, expected.folder)
    if lines:
        return found("build", lines, count=len(lines))
    if not expected.vouched:
        return unknown("build", (f"{LIST_FILE}: who signed it is not known before this PC is enrolled",))
    release = f"{expected.listed.product} {expected.listed.version}"
    return clear("build", (f"{release}: {len(expected.listed.files)} files",))


def _let_in(situation: Situation, folder: Path) -> Iterator[str]:
    """Give what lets code in from where no program is installed; where no place is named it is the one we run in."""
    for name in LETTING_IN:
        said = (situation.environment or {}).get(name, "")
        places = re.split("[: ]", said) if name in _LIBRARIES else re.split("[:;]", said)
        for place in places if said else ():
            if name in _LIBRARIES and "/" not in place:
                continue
            if not _is_kept(place, folder):
                yield f"environment: {name} {place or '(the folder we run in)'}"


def _is_kept(place: str, folder: Path) -> bool:
    """Tell whether only whoever installs programs can write there; of a place that is not a plain one it is not so."""
    plain = os.path.normpath(place)
    if not plain.startswith("/") or "$" in plain:
        return False
    return is_installed(f"{plain}/") or plain.startswith(_SETTINGS) or Path(plain).is_relative_to(folder)
