"""Runs the benchmarks and prints one table. Use: python -m benchmarks [--quick] [--save] [PART…]"""

import argparse
import datetime
import importlib
import sys
import time

from benchmarks.measuring import REPOSITORY, Row, machine, table

PARTS = ("steps", "upload", "derivations", "logger", "pacing", "growth", "digest")
RESULTS = REPOSITORY / "benchmarks" / "RESULTS.md"
HEAD = """# Results

Medians of interleaved rounds, made in one go by `make bench BENCH=--save`. The seconds are those of
one machine; the ratios tell.

"""


def main() -> None:
    """Run each part in turn; a part is a module with a function `rows`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only look whether all of them work")
    parser.add_argument("--save", action="store_true", help="write RESULTS.md")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    args = parser.parse_args()
    rows: list[Row] = []
    for part in args.parts or PARTS:
        started = time.monotonic()
        rows += importlib.import_module(f"benchmarks.{part}").rows(quick=args.quick)
        print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    text = table(rows)
    print(f"{machine()}\n\n{text}")
    if args.save:
        today = datetime.datetime.now(datetime.UTC).date()
        RESULTS.write_text(f"{HEAD}{today}, {machine()}:\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
