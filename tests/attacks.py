"""Try the whole attack list and print its table: `python -m tests.attacks [--with-wm|--without-wm|--nested|--xorg]`.

With no flag: without and with a window manager on Xvfb. Takes some minutes; needs the tools of the test machine.
"""

import argparse
import sys

from tests.app.seat.guard.attacks.stage import Setup
from tests.app.seat.guard.attacks.table import markdown, named, tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-wm", action="append_const", const=Setup.MANAGED, dest="setups")
    parser.add_argument("--without-wm", action="append_const", const=Setup.ALONE, dest="setups")
    parser.add_argument("--nested", action="append_const", const=Setup.NESTED, dest="setups")
    parser.add_argument("--xorg", action="append_const", const=Setup.XORG, dest="setups")
    parser.add_argument("--only", default="", help="attacks with these words in their name")
    parser.add_argument("--plain", action="store_true", help="the plain window only")
    asked = parser.parse_args()
    setups = asked.setups or [Setup.ALONE, Setup.MANAGED]
    columns = [(setup, guarded) for setup in setups for guarded in ((False,) if asked.plain else (False, True))]
    table = {
        column: tried(column, named(asked.only), say=lambda line: print(line, file=sys.stderr)) for column in columns
    }
    print(markdown(table))


if __name__ == "__main__":
    main()
