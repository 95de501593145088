"""How a run of the study ended, and in what two of them differ."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

POSTED = "what the study posts"


class Way(StrEnum):
    """How a workflow is run."""

    PLAIN = "plain"
    LOGGER = "logger"
    OURS = "ours"


@dataclass
class Outcome:
    """How one run ended."""

    way: Way
    exit_code: int
    printed: str
    files: dict[str, str]
    jobs: list[str]
    messages: list[dict[str, Any]]
    target: str = ""
    lasting: list[str] = field(default_factory=list)


def differences(one: Outcome, other: Outcome) -> Iterator[str]:
    """Say in what a run differs from the plain one."""
    if one.exit_code != other.exit_code:
        yield f"{other.way}: exit code {other.exit_code} instead of {one.exit_code}"
    for name in sorted({*one.files, *other.files}):
        if one.files.get(name) != other.files.get(name):
            yield f"{other.way}: {name}: {other.files.get(name)} instead of {one.files.get(name)}"
    if one.jobs != other.jobs:
        ours, theirs = set(other.jobs), set(one.jobs)
        yield f"{other.way}: jobs that only ran there {sorted(ours - theirs)}, that did not"\
            f" {sorted(theirs - ours)}"  # fmt: skip


def missing_messages(outcome: Outcome) -> Iterator[str]:
    """Say what the sandbox should have got and has not."""
    texts = [message.get("text", "") for message in outcome.messages]
    all_of_it = json.dumps(outcome.messages)
    if outcome.way is Way.PLAIN and texts:
        yield f"plain: messages {texts}"
    if outcome.way is Way.PLAIN or not outcome.jobs:
        return
    word = "succeeded" if outcome.exit_code == 0 else "failed"
    if not re.search(word, all_of_it):
        yield f"{outcome.way}: no message says that the run {word}: {texts}"
    if outcome.way is Way.LOGGER and sum("thread_ts" not in one for one in outcome.messages) != 1:
        yield f"logger: not one message outside of threads: {texts}"
    if outcome.way is Way.OURS and outcome.exit_code == 0 and texts.count(POSTED) != 1:
        yield f"ours: the step's message is not there once: {texts}"
    # `execute` goes through `hook_slots`, which stands in tracebacks of Snakemake's own too.
    last = outcome.printed.split("Traceback")[-1] if "Traceback" in outcome.printed else ""
    if re.search(r"slack_wrapper/(?!snakemake_adapter/hook_slots)", last):
        yield f"{outcome.way}: a traceback of ours"
