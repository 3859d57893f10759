"""Where the frozen program begins."""

import sys

from app.cli.frozen import run

if __name__ == "__main__":
    sys.exit(run(sys.argv))
