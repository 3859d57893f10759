"""The release that the packages are for: this machine's own Python and architecture."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_ASK: Final = """
import json, os, platform, sys
print(json.dumps({
    "os_name": os.name, "sys_platform": sys.platform, "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(), "platform_release": "",
    "platform_system": platform.system(), "platform_version": "",
    "python_version": "%d.%d" % sys.version_info[:2],
    "python_full_version": platform.python_version(),
    "implementation_name": sys.implementation.name, "implementation_version": platform.python_version(),
}))
"""
CLEAN: Final = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
"""The environment of what must not hang on who builds."""


@dataclass(frozen=True)
class Target:
    """A release's Python, and what it says to the conditions in a lock."""

    python: Path
    markers: dict[str, str]
    architecture: str

    @classmethod
    def of_this_machine(cls) -> Self:
        """Ask the Python and the dpkg of this machine's system, whatever Python this runs in."""
        python = Path("/usr/bin/python3").resolve()
        said = subprocess.run((str(python), "-I", "-c", _ASK), env=CLEAN, check=True, capture_output=True, text=True)
        dpkg = ("dpkg", "--print-architecture")
        architecture = subprocess.run(dpkg, env=CLEAN, check=True, capture_output=True, text=True).stdout.strip()
        return cls(python, json.loads(said.stdout), architecture)

    @property
    def version(self) -> str:
        """The Python's version as its folders have it, such as `3.11`."""
        return self.markers["python_version"]

    @property
    def dependency(self) -> str:
        """The package that has this Python."""
        return f"python{self.version}"

    @property
    def libraries(self) -> str:
        """The folder of packages below a virtual environment."""
        return f"lib/python{self.version}/site-packages"


def reaching() -> dict[str, str]:
    """Give the environment for what fetches: everything clean but how the index of packages is reached."""
    kept = ("PIP_", "UV_", "HTTP", "http", "NO_PROXY", "no_proxy", "SSL_", "HOME")
    return CLEAN | {name: value for name, value in os.environ.items() if name.startswith(kept)}
