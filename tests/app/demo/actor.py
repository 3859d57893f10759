"""A program for the conductor to run: it tells what it is asked to tell, and ends as it is asked to end."""

import json
import signal
import sys


def main() -> int:
    orders = json.loads(sys.stdin.readline())
    if orders.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for line in orders["lines"]:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    if orders.get("stay"):
        sys.stdin.readline()
    return int(orders.get("code", 0))


if __name__ == "__main__":
    sys.exit(main())
