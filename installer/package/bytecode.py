"""Byte code for every module, the same bytes wherever and whenever it is made.

One process of the release's own Python compiles all, in order and with a fixed seed for hashes; the files name their
place on the PC. Unchecked: Python believes them whatever the time of the source says (PEP 552); that neither was
changed is for the list of files to tell.
"""

import subprocess
from pathlib import Path
from typing import Final

from installer.package.refusals import Refused
from installer.package.target import CLEAN, Target

_COMPILE: Final = """
import importlib.util, marshal, pathlib, sys
from importlib._bootstrap_external import _code_to_hash_pyc
tree, final = pathlib.Path(sys.argv[1]), sys.argv[2]
for line in sys.stdin:
    place = line.rstrip("\\n")
    source = (tree / place).read_bytes()
    try:
        code = compile(source, f"{final}/{place}", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        print(place)
        continue
    written = pathlib.Path(importlib.util.cache_from_source(str(tree / place), optimization=""))
    written.parent.mkdir(exist_ok=True)
    written.write_bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
"""


def compile_all(tree: Path, root: str, target: Target) -> None:
    """Write the byte code of every module below `tree`, which will lie at `root`.

    Raises:
        Refused: a module cannot be compiled.
    """
    places = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.py"))
    # no -I: it would leave the seed out
    command = (str(target.python), "-P", "-s", "-S", "-W", "ignore", "-c", _COMPILE, str(tree), root)
    environment = CLEAN | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command,
        input="".join(f"{place}\n" for place in places),
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(f"byte code could not be made: {done.stderr.strip()[-500:]}")
    if odd := done.stdout.splitlines():
        raise Refused(f"not Python of {target.version}: {', '.join(odd[:5])}")
