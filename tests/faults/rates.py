"""A campaign against a server that takes one message a second and channel: Slack's own clock.

In one run, 200 steps that wait for nothing, and five threads of a root and nine replies, each of
which waits for the one before, so that their order is known.
"""

import json
from pathlib import Path

from tests.faults.harness import Lab, Outcome

BUSY, ORDERED = "busy", "ordered"
PARALLEL, THREADS, REPLIES = 200, 5, 9
SNAKEFILE = f"""
configfile: "config.json"
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
use rule slack_message as parallel with:
    output: "slack/{BUSY}/{{n}}.json"
    params: message="{BUSY} {{n}}", channel="{BUSY}"
use rule slack_message as root with:
    output: "slack/{ORDERED}/{{t}}/0.json"
    params: message="{ORDERED} {{t}} 0", channel="{ORDERED}"
use rule slack_message as reply with:
    input: lambda w: f"slack/{ORDERED}/{{w.t}}/{{int(w.n) - 1}}.json",
        root="slack/{ORDERED}/{{t}}/0.json"
    output: "slack/{ORDERED}/{{t}}/{{n,[1-9]}}.json"
    params: message="{ORDERED} {{t}} {{n}}", channel="{ORDERED}",
        thread="slack/{ORDERED}/{{t}}/0.json"
"""


def rate_limited(folder: Path) -> list[Outcome]:
    """Run all of them at once; then deliver what was queued."""
    groups = {f"{BUSY}: {PARALLEL} parallel steps": [f"{BUSY}/{n}" for n in range(PARALLEL)]}
    for thread in range(THREADS):
        names = [f"{ORDERED}/{thread}/{n}" for n in range(REPLIES + 1)]
        groups[f"{ORDERED}: thread {thread}"] = names
    with Lab(folder, [BUSY, ORDERED], rate_limits=True) as lab:
        (lab.folder / "Snakefile").write_text(SNAKEFILE)
        lab.targets = [f"slack/{name}.json" for names in groups.values() for name in names]
        code = lab.snakemake(cores=PARALLEL + THREADS)
        first = _texts(lab)
        status = {group: _status(lab, names) for group, names in groups.items()}
        flush = lab.command("flush")
        last = _texts(lab)
        return [
            Outcome(
                "a server with 1 message/s", group, status[group], code, _times(first, names),
                _times(last, names), (flush,), told=lab.told(),
                disorder=ORDERED in group and not _in_order(last, names),
            )
            for group, names in groups.items()
        ]  # fmt: skip


def _text(name: str) -> str:
    return name.replace("/", " ")


def _texts(lab: Lab) -> list[str]:
    return [message["text"] for name in lab.cases for message in lab.box.messages(name)]


def _times(texts: list[str], names: list[str]) -> int:
    """Return 1 if each is there once, 0 if one is missing, more if one is doubled."""
    counts = [texts.count(_text(name)) for name in names]
    return max(counts) if max(counts) > 1 else min(counts)


def _in_order(texts: list[str], names: list[str]) -> bool:
    want = [_text(name) for name in names]
    return [text for text in texts if text in want] == want


def _status(lab: Lab, names: list[str]) -> str:
    """Return the worst status of several receipts."""
    paths = [lab.folder / "slack" / f"{name}.json" for name in names]
    found = [json.loads(path.read_text())["status"] if path.exists() else "-" for path in paths]
    return min(found, key=["-", "queued", "warned", "delivered"].index)


CAMPAIGNS = {"rate-limited": rate_limited}
