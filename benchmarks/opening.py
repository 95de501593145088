"""(j) What a run with posts to 30 channels does before its first job, when Slack is 80 ms away.

The first job writes down when it began. The same workflow without Slack does so too; the figure is
how much later ours begins: the session is opened, and the preflight looks at every channel.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.far import Far, far
from benchmarks.measuring import Cost, Row, at_most, cost_of, environment, interleaved

OURS, PLAIN = "ours", "plain"
HEAD = """
N = range({channels})
rule all:
    default_target: True
    input: expand("out/{{n}}.json", n=N)
rule first:
    output: "first.txt"
    shell: "python3 -I -S -c 'import time; print(time.time())' > {{output}}"
"""
RULES = {
    OURS: """
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
include: slack_wrapper.rules("hooks.smk")
use rule slack_message as post with:
    input: after="first.txt"
    output: "out/{n}.json"
    params: message="step {n}", channel="c{n}"
""",
    PLAIN: """
rule post:
    input: after="first.txt"
    output: "out/{n}.json"
    shell: "touch {output}"
""",
}


def _run(slack: Far, side: str, channels: int) -> Cost:
    """Run the workflow; the cost's wall time ends where the first job begins."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(HEAD.format(channels=channels) + RULES[side])
        argv = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "4",
            "--config",
            "slack={channel: c0}",
        ]
        env = environment(**slack.env, TMPDIR=name, XDG_CACHE_HOME=str(folder / "cache"))
        started = time.time()
        cost = cost_of(argv, cwd=folder, env=env)
        begun = float((folder / "first.txt").read_text())
    return Cost(begun - started, cost.cpu, cost.peak)


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    channels, rounds = (3, 1) if quick else (30, 5)
    calls: Counter[str] = Counter()
    with far(channels) as slack:

        def run(side: str) -> Cost:
            cost = _run(slack, side, channels)
            calls.update(slack.calls())
            return cost

        found = interleaved([OURS, PLAIN], rounds, run)
    lists = calls["conversations.list"] / rounds
    infos = calls["conversations.info"] / rounds
    mine, other = found[OURS].wall, found[PLAIN].wall
    what = f"{channels} channels, 80 ms a round trip"
    return [
        at_most("j", f"{what}: conversations.list", f"{lists:g}", "", lists, 1),
        Row("j", f"{what}: conversations.info", f"{infos:g}", "", f"{infos:g}"),
        at_most("j", f"{what}: seconds before the first job, beyond a run without Slack",
                f"{mine:.2f} s", f"{other:.2f} s", mine - other, 1),
    ]  # fmt: skip
