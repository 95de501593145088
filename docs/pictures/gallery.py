"""The pictures of docs/gallery.md: each of its steps, run by Snakemake against the sandbox.

Use: python docs/pictures/gallery.py [NAME ...]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

sys.path.insert(0, str(Path(__file__).parent))
from browser import NoBrowser, picture

from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parent / "gallery.md"
SAMPLES = ["lung", "liver", "heart", "spleen", "colon"]
SCORES = {"forest": 0.842, "boosting": 0.839, "ridge": 0.821, "knn": 0.815, "mean": 0.734}
HEAD = f"""
import slack_wrapper
configfile: "config.yaml"
include: slack_wrapper.rules("slack.smk")
SAMPLES = {SAMPLES}
"""
SUMMARY = """# Results

**forest** ranks best, by [NDCG](https://example.org/ndcg) over 15 folds:

1. forest, `0.842 ± 0.011`
2. boosting, `0.839 ± 0.012`

| model | NDCG@20 |
|-------|--------:|
| ridge | 0.821 |
| knn   | 0.815 |

> A lead below two standard errors may be chance.
"""
MOST_BYTES = 100_000


def steps() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield name and code blocks, by language, of each section of the page."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        yield section.partition("\n")[0], dict(re.findall(r"```(\w+)\n(.*?)```", section, re.S))


def bars(path: Path, scores: dict[str, float]) -> None:
    figure, axes = pyplot.subplots(figsize=(5, 2.4), dpi=90)
    axes.bar(list(scores), list(scores.values()), yerr=0.012, color="#1164a3", capsize=4)
    axes.set_ylabel("NDCG@20")
    axes.set_ylim(0.7, 0.9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def study(folder: Path, code: dict[str, str]) -> None:
    """Write a workflow of one step, and what it needs."""
    for name in ("results", "stats", "plots"):
        (folder / name).mkdir()
    lines = ["model\tndcg\tsd", *(f"{name}\t{score}\t0.012" for name, score in SCORES.items())]
    (folder / "results" / "scores.tsv").write_text("\n".join(lines) + "\n")
    (folder / "results" / "summary.md").write_text(SUMMARY)
    bars(folder / "results" / "ndcg.png", SCORES)
    for number, sample in enumerate(SAMPLES):
        stats = {"sample": sample, "reads": 912_345 + 10_007 * number, "mapped": f"9{number}.4%"}
        (folder / "stats" / f"{sample}.json").write_text(json.dumps(stats))
        bars(folder / "plots" / f"{sample}.png", {f"lane {n}": 0.8 + n / 60 for n in (1, 2, 3)})
    (folder / "config.yaml").write_text("slack: {channel: librec_channel}\n")
    (folder / "report.md.j2").write_text(code.get("jinja", ""))
    (folder / "blocks.yaml").write_text(code.get("yaml", ""))
    (folder / "Snakefile").write_text(HEAD + code["python"])
    identity = ["-c", "user.name=lin", "-c", "user.email=lin@example.org"]
    for command in (
        ["init", "-q"],
        [*identity, "add", "-A"],
        [*identity, "commit", "-qm", "study"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def run(box: Sandbox, folder: Path, name: str) -> None:
    environment = {
        **os.environ,
        "SLACK_WRAPPER_BASE_URL": box.api_url,
        "SLACK_BOT_TOKEN": box.token,
        "XDG_CACHE_HOME": str(folder / ".cache"),
    }
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "slack/said.json"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as job:  # fmt: skip
        if name == "approval":
            approve(box)
        told = job.communicate()[0]
    if job.returncode != (1 if name == "failure" else 0):
        raise RuntimeError(f"{name}: snakemake ended with {job.returncode}:\n{told[-3000:]}")


def approve(box: Sandbox) -> None:
    """React as Ada, once the question has the reactions to click on."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for message in box.messages():
            if len(message.get("reactions", [])) > 1:
                with box.store.change():
                    reactions.react(message, "white_check_mark", "U00000ADA")
                return
        time.sleep(0.1)
    raise RuntimeError("nobody was asked")


def main() -> int:
    wanted = sys.argv[1:]
    for name, code in steps():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as place, Sandbox() as box:
            folder = Path(place) / "study"
            folder.mkdir()
            study(folder, code)
            run(box, folder, name)
            try:
                out = picture(box, FOLDER / f"{name}.png", width=860, height=1400)
            except NoBrowser as error:
                print(f"no pictures: {error}", file=sys.stderr)
                return 1
        size = out.stat().st_size
        print(f"{out.name}: {size:,} bytes")
        if size > MOST_BYTES:
            raise RuntimeError(f"{out.name} has {size} bytes, more than {MOST_BYTES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
