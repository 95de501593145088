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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

sys.path.insert(0, str(Path(__file__).parent))
from browser import NoBrowser, export, pictures

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
# Sections whose picture is taken while the run goes on: when a message has such a text.
MIDDLE = {"start": r"started", "progress": r"is running: [3-9] of", "question": r"Release"}
FAIL = ("failure", "failed-step")


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


def run(box: Sandbox, folder: Path, name: str, out: Path | None = None) -> None:
    """Run the study of a section; write the page of the channel, if that is wanted."""
    environment = {
        **os.environ,
        "SLACK_WRAPPER_BASE_URL": box.api_url,
        "SLACK_BOT_TOKEN": box.token,
        "XDG_CACHE_HOME": str(folder / ".cache"),
    }
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "slack/said.json"]
    if name == "progress":
        command += ["--logger", "slack"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as job:  # fmt: skip
        if name in MIDDLE:
            wait(
                box,
                job,
                lambda: any(re.search(MIDDLE[name], one["text"]) for one in box.messages()),
            )
        if name in ("question", "approval"):
            wait(box, job, lambda: question(box) is not None)
        if name in MIDDLE and out:
            export(box, out)
        if name in ("question", "approval"):
            approve(box)
        told = job.communicate()[0]
    if job.returncode != (name in FAIL):
        raise RuntimeError(f"{name}: snakemake ended with {job.returncode}:\n{told[-3000:]}")
    if name not in MIDDLE and out:
        export(box, out)


def wait(box: Sandbox, job: subprocess.Popen[str], ready: Callable[[], bool]) -> None:
    """Wait until the channel is as it should be."""
    until = time.monotonic() + 120
    while not ready():
        if job.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"it did not come: {[one['text'] for one in box.messages()]}")
        time.sleep(0.05)


def question(box: Sandbox) -> dict[str, Any] | None:
    """Return the question, once it has the reactions to click on."""
    return next((one for one in box.messages() if len(one.get("reactions", [])) > 1), None)


def approve(box: Sandbox) -> None:
    """React as Ada."""
    with box.store.change():
        asked = question(box)
        assert asked is not None
        reactions.react(asked, "white_check_mark", "U00000ADA")


def main() -> int:
    wanted = sys.argv[1:]
    try:
        for name, code in steps():
            if wanted and name not in wanted:
                continue
            with tempfile.TemporaryDirectory() as place, Sandbox() as box:
                folder = Path(place) / "study"
                folder.mkdir()
                study(folder, code)
                html = Path(place) / "page.html"
                run(box, folder, name, html)
                pictures(html, FOLDER / f"{name}.png")
    except NoBrowser as error:
        print(f"no pictures: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
