"""`python -m installer.package`: build the packages into dist/."""

import argparse
import sys
from pathlib import Path

from installer.package.building import Order, build, uncommitted
from installer.package.recipe import PRODUCTS
from installer.package.refusals import Refused


def main() -> int:
    """Build what is asked for; 0 built, 1 refused."""
    names = [product.short for product in PRODUCTS]
    parser = argparse.ArgumentParser(prog="make package", description=__doc__)
    parser.add_argument("--only", choices=names, action="append", help="this package only")
    parser.add_argument("--source", type=Path, default=Path(), help="the folder to build from [this one]")
    parser.add_argument("--out", type=Path, help="where the packages go [SOURCE/dist]")
    parser.add_argument("--cache", type=Path, help="where wheels are kept [SOURCE/build/wheels]")
    parser.add_argument(
        "--signed-list", metavar="PRODUCT=FILE", action="append", default=[], help="the list of its files, signed"
    )
    said = parser.parse_args()
    signed = dict(one.partition("=")[::2] for one in said.signed_list)
    if not set(signed) <= set(names):
        parser.error(f"--signed-list takes {' or '.join(names)}")
    if lost := [file for file in signed.values() if not Path(file).is_file()]:
        parser.error(f"there is no {lost[0]}")
    source = said.source.resolve()
    out, cache = said.out or source / "dist", said.cache or source / "build/wheels"
    wanted = [product for product in PRODUCTS if said.only is None or product.short in said.only]
    try:
        if changed := uncommitted(source):
            print(f"    {changed} files are not as in the last commit: what is built is the commit")
        for product in wanted:
            listed = Path(signed[product.short]).resolve() if product.short in signed else None
            built = build(Order(product, source, out.resolve(), cache.resolve(), listed))
            packed = built.package.stat().st_size / 1e6
            print(f"    {built.package}: {packed:.1f} MB, {built.installed_bytes / 1e6:.0f} MB when installed")
            print(f"    {built.files}: its files, to be signed")
    except Refused as refusal:
        print(f"make package: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
