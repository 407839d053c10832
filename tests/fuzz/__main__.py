"""Tries every target in turn, again and again with other seeds, until the time is over.

Exit codes: 0 when nothing was found, 1 when something was.
"""

from __future__ import annotations

import argparse
import faulthandler
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.machine import search
from tests.fuzz.targets import prepared, targets

HANGS = 600.0
"""Seconds after which a call is taken to hang, and the trace of where it does ends everything."""

SPACE = 12 * 2**30
"""Bytes of addresses that all of it may have, libraries included: a call that wants more ends in a MemoryError, and not
with the process."""


def watch() -> None:
    """Give the next call its time."""
    faulthandler.dump_traceback_later(HANGS, exit=True)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=100, help="calls of a target before the next one has its turn")
    parser.add_argument("--only", default="", metavar="TEXT", help="targets whose name has this in it")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
    until, turn, failed = time.monotonic() + 60 * options.minutes, options.seed, {}
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder)):
        tried = {name: target for name, target in targets(Path(folder)).items() if options.only in name}
        while time.monotonic() < until and tried.keys() - failed.keys():
            for name, target in tried.items():
                if name in failed or time.monotonic() >= until:
                    continue
                error = search(target, turn, options.examples, watch)
                if error is not None:
                    failed[name] = error
                    print(f"\n==== {name}, --seed {turn}", flush=True)
                    traceback.print_exception(error, limit=-4, file=sys.stdout)
            turn += 1
        faulthandler.cancel_dump_traceback_later()
        print(f"\n{'target':44}{'calls':>8}{'answered':>10}{'refused':>9}")
        for name, target in tried.items():
            counts = target.counts
            mark = "  FAILED" if name in failed else ""
            print(f"{name:44}{counts['calls']:8}{counts['answered']:10}{counts['refused']:9}{mark}")
        print(f"{sum(target.counts['calls'] for target in tried.values())} calls; {len(failed)} targets failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
