"""(l) What `include:` of all rule files and the hooks adds to every Snakemake process.

Measured by `snakemake -n`, which each job of a cluster does too before it begins. Nothing is to be
done, so that Snakemake itself takes as little as it can. What importing the logger plugin takes,
which Snakemake does in each process where it is installed, is told by -X importtime.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.logger import import_milliseconds
from benchmarks.measuring import Cost, Row, at_most, cost_of, environment, interleaved

OURS, PLAIN = "with", "without"
INCLUDE = """
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
include: slack_wrapper.rules("hooks.smk")
"""
WORK = """
rule all:
    default_target: True
    output: "done.txt"
    shell: "touch {output}"
"""


def _run(folder: Path, side: str) -> Cost:
    argv = [sys.executable, "-m", "snakemake", "-n", "--cores", "1", "--config",
            "slack={channel: general}"]  # fmt: skip
    return cost_of(argv, cwd=folder / side, env=environment(TMPDIR=str(folder)))


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    rounds = 1 if quick else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side, text in ((OURS, INCLUDE + WORK), (PLAIN, WORK)):
            (folder / side).mkdir()
            (folder / side / "Snakefile").write_text(text)
            _run(folder, side)  # what is compiled is there for both
        found = interleaved([OURS, PLAIN], rounds, lambda side: _run(folder, side))
    made = []
    for key, aim in (("cpu", 60.0), ("wall", None)):
        mine, other = (getattr(found[side], key) * 1000 for side in (OURS, PLAIN))
        what = f"include: of all rule files and hooks, `snakemake -n`, {key}: ms added"
        texts = (f"{mine:.0f} ms", f"{other:.0f} ms")
        made.append(
            at_most("l", what, *texts, mine - other, aim)
            if aim
            else Row("l", what, *texts, f"{mine - other:.0f}")
        )
    importing = statistics.median(import_milliseconds() for _ in range(1 if quick else 9))
    what = "the installed logger plugin: ms a process"
    return [*made, at_most("l", what, f"{importing:.1f} ms", "", importing, 5)]
