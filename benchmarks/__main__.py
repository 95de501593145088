"""Runs the benchmarks and prints one table. Use: python -m benchmarks [--quick] [--save] [PART…]"""

import argparse
import datetime
import importlib
import re
import sys
import time

from benchmarks.measuring import REPOSITORY, Row, machine, table

PARTS = (
    "steps", "upload", "derivations", "logger", "pacing", "growth", "digest", "latency", "batches",
    "opening", "waiting", "including",
)  # fmt: skip
RESULTS = REPOSITORY / "benchmarks" / "RESULTS.md"
HEAD = """# Results

Medians of interleaved rounds; each part was made in one go, by `make bench BENCH=--save` with or
without its name. The seconds are those of one machine; the ratios tell.

"""


def main() -> None:
    """Run each part in turn; a part is a module with a function `rows`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only look whether all of them work")
    parser.add_argument("--save", action="store_true", help="write what is run into RESULTS.md")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    args = parser.parse_args()
    rows: list[Row] = []
    for part in args.parts or PARTS:
        started = time.monotonic()
        found = importlib.import_module(f"benchmarks.{part}").rows(quick=args.quick)
        print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        if args.save:
            save(part, found)
        rows += found
    print(f"{machine()}\n\n{table(rows)}")


def save(part: str, rows: list[Row]) -> None:
    """Put the table of a part into RESULTS.md, in the place of its last one."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    known = dict(re.findall(r"^## (\w+)\n\n(.*?)\n*(?=^## |\Z)", text, flags=re.M | re.S))
    today = datetime.datetime.now(datetime.UTC).date()
    known[part] = f"{today}, {machine()}:\n\n{table(rows)}"
    parts = [f"## {name}\n\n{known[name]}\n" for name in PARTS if name in known]
    RESULTS.write_text(HEAD + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
