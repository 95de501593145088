"""500 samples in Slack: one digest, or one shared message, against a message of each sample's own.

Real Snakemake runs against the sandbox. The per-step ways take a second a message (that is Slack's
limit, which our pacing keeps), so they are run with fewer samples and counted up: every step makes
the same calls.
Use: python -m benchmarks.digest [--samples 500] [--per-step 20] [--whole]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Row
from slack_wrapper.sandbox.server import Sandbox

HEAD = """
import slack_wrapper
configfile: "config.json"
include: slack_wrapper.rules("slack.smk")
N = range(COUNT)
"""
DIGEST = """
use rule slack_digest as all_samples with:
    input: table=expand("stats/{n}.json", n=N), file=expand("plots/{n}.png", n=N)
    output: "slack/all.json"
    params: message="*All samples*"
rule all:
    default_target: True
    input: "slack/all.json"
"""
EACH = """
use rule slack_RULE as sample with:
    input: file="plots/{n}.png"
    output: "slack/{n}.json"
    params: message="sample {n} is done"MORE
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=N)
"""
WAYS = {
    "digest": DIGEST,
    "coalesce": EACH.replace("RULE", "message").replace("MORE", ', coalesce="All samples"'),
    "a file each": EACH.replace("RULE", "file").replace("MORE", ""),
    "a message each": EACH.replace("RULE", "message").replace("MORE", ""),
}


@dataclass
class Figures:
    """What a run made, counted up to all samples."""

    calls: int
    uploads: int
    messages: int
    replies: int
    seconds: float
    run: int


def study(folder: Path, way: str, count: int) -> None:
    for name in ("stats", "plots"):
        (folder / name).mkdir()
    for number in range(count):
        stats = {"sample": f"s{number}", "reads": 1000 + number}
        (folder / "stats" / f"{number}.json").write_text(json.dumps(stats))
        (folder / "plots" / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(2000))
    config = {"slack": {"channel": "librec_channel", "max_wait": 3600}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "Snakefile").write_text(HEAD.replace("COUNT", str(count)) + WAYS[way])


def measure(way: str, samples: int, run: int) -> Figures:
    """Run a way with `run` samples and count up to `samples`."""
    with tempfile.TemporaryDirectory() as place, Sandbox() as box:
        folder = Path(place)
        study(folder, way, run)
        environment = {
            **os.environ,
            "SLACK_WRAPPER_BASE_URL": box.api_url,
            "SLACK_BOT_TOKEN": box.token,
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - started
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        receipts = [json.loads(path.read_text()) for path in (folder / "slack").glob("*.json")]
        assert {one["status"] for one in receipts} == {"delivered"}
        roots = [one for one in box.messages() if one.get("thread_ts") in (None, one["ts"])]
        methods = [call["method"] for call in box.store.calls]
        uploads = methods.count("upload")
        figures = [
            len(methods) - uploads,
            uploads,
            len(roots),
            len(box.messages()) - len(roots),
        ]
    scale = samples / run
    return Figures(*(round(one * scale) for one in figures), seconds * scale, run)


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table of all benchmarks."""
    # No more than Slack takes uploads in a minute: the calls are counted, not the time.
    samples, each = (8, 2) if quick else (90, 20)
    made = {way: measure(way, samples, each if way.endswith("each") else samples) for way in WAYS}
    return [
        _row(made[ours], made[other], f"{samples} samples, {ours}: API calls, beside {other}")
        for ours, other in (("coalesce", "a message each"), ("digest", "a file each"))
    ]


def _row(ours: Figures, other: Figures, what: str) -> Row:
    return Row("g", what, f"{ours.calls:,}", f"{other.calls:,}", f"{ours.calls / other.calls:.2f}")


def main() -> None:
    """Print one table and one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--per-step", type=int, default=20, help="samples of the per-step ways")
    parser.add_argument("--whole", action="store_true", help="run the per-step ways in full")
    args = parser.parse_args()
    found = {}
    print(f"{args.samples} samples in one channel, 2 cores")
    print(f"{'':16}{'API calls':>10}{'uploads':>9}{'messages':>10}{'replies':>9}{'seconds':>9}")
    for way in WAYS:
        each = way.endswith("each") and not args.whole
        one = found[way] = measure(
            way, args.samples, min(args.per_step, args.samples) if each else args.samples
        )
        note = "" if one.run == args.samples else f"   counted up from {one.run}"
        print(
            f"{way:16}{one.calls:10,}{one.uploads:9,}{one.messages:10,}{one.replies:9,}"
            f"{one.seconds:9.0f}{note}",
            flush=True,
        )
    shared, single = found["coalesce"], found["a message each"]
    print(
        f"{args.samples} steps, one message: {shared.calls:,} calls against {single.calls:,}, "
        f"{single.calls / shared.calls:.0f} times fewer; "
        f"{shared.messages} message against {single.messages:,}"
    )


if __name__ == "__main__":
    main()
