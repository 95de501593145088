"""A study with steps of ours, and what a run has made of it."""

import json
import re
from pathlib import Path

from slack_wrapper.sandbox.server import Sandbox

INCLUDE = """
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
"""
MODULE = """
import slack_wrapper
module slack:
    snakefile: slack_wrapper.rules("slack.smk")
    config: config
use rule * from slack
"""
STEPS = """
use rule slack_message as hello with:
    input: "summary.md"
    output: "slack/hello.json"
    params: message="hello from WORD"
use rule slack_file as post_ndcg with:
    input: file="post/viz-bar-NormalizedDCG.jpg"
    output: "slack/post_ndcg.json"
    params: message="NDCG for the experiment"
rule all:
    default_target: True
    input: "slack/hello.json", "slack/post_ndcg.json"
"""
CONFIG = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}


def write(study: Path, text: str, config: dict | None = None) -> None:
    (study / "post").mkdir(exist_ok=True)
    plot, summary = study / "post" / "viz-bar-NormalizedDCG.jpg", study / "summary.md"
    if not plot.exists():
        plot.write_bytes(b"\xff\xd8\xff" + bytes(2000))
        summary.write_text("*all* well\n")
    head = "configfile: 'config.json'\n" if config is not None else ""
    if config is not None:
        (study / "config.json").write_text(json.dumps({"slack": config}))
    (study / "Snakefile").write_text(head + text)


def receipt(study: Path, name: str) -> dict:
    found: dict = json.loads((study / "slack" / f"{name}.json").read_text())
    return found


def shown(sandbox: Sandbox, channel: str = "librec_channel") -> list[str]:
    return [
        message["text"] or ",".join(file["name"] for file in message.get("files", []))
        for message in sandbox.messages(channel)
    ]


def fails(done, study: Path, line: str, hint: str) -> None:
    assert done.returncode == 1, done.stderr
    text = done.stdout + done.stderr
    assert re.search(rf"slack-wrapper: error: .*{line}.*\nhint: .*{hint}", text), text
    assert "Traceback" not in text
    assert not (study / "slack" / "hello.json").exists()
