"""Studies any workflow: python -m tests.wild FOLDER [options] [-- arguments of snakemake]."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.wild.study import Subject, study


def main() -> int:
    """Return 0 when nothing differs."""
    own, theirs = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, theirs = own[:at], own[at + 1 :]
    parser = argparse.ArgumentParser(prog="python -m tests.wild", description=__doc__)
    parser.add_argument("folder", type=Path, help="a workflow; it is copied, never run in place")
    parser.add_argument("--snakefile", default="", help="relative to the folder")
    parser.add_argument("--target", action="append", default=[], help="by default the workflow's")
    parser.add_argument("--stubs", type=Path, help="a folder with outputs whose content matters")
    parser.add_argument("--fail", action="append", default=[], help="a rule whose jobs fail")
    parser.add_argument("--remote", action="store_true", help="as on a cluster: groups are formed")
    parser.add_argument("--verbose", action="store_true", help="show what the runs printed")
    given = parser.parse_args(own)
    subject = Subject(
        given.folder.resolve().name, given.folder.resolve(), given.snakefile, tuple(theirs),
        tuple(given.target), given.stubs and given.stubs.resolve(), tuple(given.fail), given.remote,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="wild-") as scratch:
        verdict = study(subject, Path(scratch))
    print(verdict.row())
    for line in verdict.differences:
        print(f"  {line}")
    if given.verbose or verdict.differences:
        for way, outcome in verdict.outcomes.items():
            print(f"\n===== {way}: exit {outcome.exit_code}\n{outcome.printed}")
            for message in outcome.messages:
                print(f"  message: {message.get('text', '')!r}")
    return 1 if verdict.differences else 0


sys.exit(main())
