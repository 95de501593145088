"""A workflow of mixed steps, made by chance, and what of it must be in the channels."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = """
import slack_wrapper
configfile: "config.json"
include: slack_wrapper.rules("slack.smk")

rule all:
    default_target: True
    input: RECEIPTS

rule data:
    output: "data/{name}"
    shell: "sleep 0.1; echo {wildcards.name} > {output}"
"""
# What a step may be, and how often among the others.
KINDS = {
    "message": 4, "coloured": 2, "markdown": 2, "table": 2, "long": 2, "blocks": 2, "file": 4,
    "files": 2, "digest": 2, "reply": 3, "line": 5,
}  # fmt: skip
CHANNELS = [f"lab-{number}" for number in range(8)]


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        name: of its rule; in what it says stands the same name, between ⟦ and ⟧.
        rule: its text in the Snakefile.
        marks: what must stand in exactly one message each.
        files: names of files that must be in exactly one message each.
    """

    name: str
    rule: str
    marks: tuple[str, ...]
    files: tuple[str, ...] = ()


def steps(seed: int, count: int) -> list[Step]:
    """Return the steps of a seed."""
    chance, made = random.Random(seed), []
    roots: list[tuple[str, str]] = []
    for number in range(count):
        kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "reply" and not roots:
            kind = "message"
        name, channel = f"{kind}_{number}", chance.choice(CHANNELS)
        params: dict[str, Any] = {"channel": channel}
        if kind == "reply":
            root, params["channel"] = chance.choice(roots)
            params["thread"] = f"slack/{root}.json"
        made.append(_step(kind, name, params))
        if kind in ("message", "coloured"):
            roots.append((name, channel))
    return made


def _step(kind: str, name: str, params: dict[str, Any]) -> Step:
    mark = f"⟦{name}⟧"
    inputs: dict[str, Any] = {}
    rule, marks, files = "slack_message", (mark,), ()
    params["message"] = mark
    if kind == "coloured":
        params |= {"color": "warning", "fields": {"NDCG": "0.41"}}
    elif kind == "markdown":
        params |= {"message": f"# Result\n\n**{mark}**\n\n- one\n- two\n", "markdown": True}
    elif kind == "table":
        params["table"] = "table.tsv"
    elif kind == "long":
        marks = (mark, f"⟦{name}.end⟧")
        params["message"] = "\n\n".join([marks[0], *["word " * 700] * 3, marks[1]])
    elif kind == "blocks":
        text = {"type": "mrkdwn", "text": f"⟦{name}.block⟧"}
        marks = (mark, f"⟦{name}.block⟧")
        params["blocks"] = [{"type": "section", "text": text}]
    elif kind == "reply":
        inputs["root"] = params["thread"]
    elif kind == "line":
        params |= {"coalesce": {"title": "All lines", "window": 1}, "channel": CHANNELS[0]}
    elif kind in ("file", "files", "digest"):
        rule = "slack_digest" if kind == "digest" else "slack_file"
        many = {"file": 1, "files": 2, "digest": 3}[kind]
        files = tuple(f"{name}.{part}.txt" for part in range(many))
        inputs["file"] = [f"data/{one}" for one in files]
        params |= {"max_files": 2} if kind == "digest" else {"comment": params.pop("message")}
    lines = [f"use rule {rule} as {name} with:"]
    if inputs:
        lines.append("    input: " + ", ".join(f"{key}={value!r}" for key, value in inputs.items()))
    lines.append(f'    output: "slack/{name}.json"')
    lines.append("    params: " + ", ".join(f"{key}={value!r}" for key, value in params.items()))
    return Step(name, "\n".join(lines) + "\n", marks, files)


def write(folder: Path, made: list[Step]) -> None:
    """Write the workflow of some steps."""
    receipts = [f"slack/{one.name}.json" for one in made]
    head = HEAD.replace("RECEIPTS", repr(receipts))
    (folder / "Snakefile").write_text(head + "\n" + "\n".join(one.rule for one in made))
    (folder / "table.tsv").write_text("model\tNDCG\nMF\t0.41\nkNN\t0.38\n")
    section = {"channel": CHANNELS[0], "thread": "none", "on_failure": "queue"}
    (folder / "config.json").write_text(json.dumps({"slack": section}))


def count(made: list[Step], messages: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Return what was lost, and what was doubled."""
    texts = [json.dumps(message, ensure_ascii=False) for message in messages]
    names = [[file["name"] for file in message.get("files", ())] for message in messages]
    found = {mark: sum(mark in text for text in texts) for one in made for mark in one.marks}
    found |= {file: sum(one.count(file) for one in names) for step in made for file in step.files}
    return _where(found, lambda times: times == 0), _where(found, lambda times: times > 1)


def _where(found: dict[str, int], is_wrong: Callable[[int], bool]) -> list[str]:
    return [f"{name} × {times}" for name, times in found.items() if is_wrong(times)]
