"""Campaigns of kill -9 for steps that share one message (`coalesce`).

A cell is right when the channel has one message, that message has every step's line once, and in
the end every step's receipt says that it is delivered.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from tests.faults.harness import Lab, Outcome, wait_for
from tests.faults.outages import Campaign
from tests.faults.scenarios import POST, Point, Trouble

LINK, UPDATE = "chat.getPermalink", "chat.update"
# Where Snakemake is killed: name → the call, and when. Changes come from one thread, so that a
# study can be stopped at one of them only.
FIRST: Mapping[str, tuple[str, str]] = {
    "shared-post-before": (POST, "before"),
    "shared-post-after": (POST, "after"),
    "shared-link-before": (LINK, "before"),
}
LATER: Mapping[str, tuple[str, str]] = {
    "shared-update-before": (UPDATE, "before"),
    "shared-update-after": (UPDATE, "after"),
}
LINES = ("1", "2", "3")
RULES = """
use rule slack_message as shared with:
    output: "slack/shared{line}/{case}.json"
    params:
        message="line {line} of {case}", channel="{case}",
        coalesce={"title": "all of them", "window": 1}
"""


def run_killed(stops: Mapping[str, tuple[str, str]], kind: str, word: str) -> Campaign:
    """Kill Snakemake while each shared message has a call at Slack, and run it again."""

    def campaign(folder: Path) -> list[Outcome]:
        with Lab(folder, stops) as lab:
            with (folder / "Snakefile").open("a") as snakefile:
                snakefile.write(RULES)
            lab.want(*((f"shared{line}", case) for case in stops for line in LINES))
            faults = {}
            for case, (method, when) in stops.items():
                trouble = Trouble(case, {"kind": kind, "when": when, "seconds": 600.0})
                fault = Point("message", method).fault(lab, case, trouble)
                faults[case] = lab.box.faults.add(fault)
            run = lab.begin()
            try:
                for case, fault in faults.items():
                    wait_for(case, fault.reached.is_set, 120)
            finally:
                run.kill()
                run.wait(60)
            for fault in faults.values():
                fault.release()
            time.sleep(1.0)  # what is in flight arrives
            name = f"Snakemake killed, calls {word}"
            first = {case: len(lab.box.messages(case)) for case in stops}
            status = {case: lab.status("shared1", case) for case in stops}
            recovery = (
                lab.snakemake("--unlock"),
                lab.snakemake("--rerun-incomplete"),
                lab.command("flush"),
            )
            return [
                Outcome(name, case, status[case], run.returncode, first[case],
                        _shown(lab, case), recovery, expected=("-", "delivered", "queued"),
                        exits=(-9,), waiting=_waiting(lab, case), told=lab.told())
                for case in stops
            ]  # fmt: skip

    return campaign


def _shown(lab: Lab, case: str) -> int:
    """How often the channel has what it must have once: 0 if a line is lost."""
    messages = [message["text"].split("\n") for message in lab.box.messages(case)]
    lines = [line for message in messages for line in message]
    counts = [lines.count(f"• line {line} of {case}") for line in LINES]
    return min(counts) and max(len(messages), *counts)


def _waiting(lab: Lab, case: str) -> int:
    """How many receipts do not say that their line is there."""
    return sum(lab.status(f"shared{line}", case) != "delivered" for line in LINES)


CAMPAIGNS: dict[str, Campaign] = {
    f"{name}-{fate}": run_killed(stops, kind, word)
    for fate, kind, word in (
        ("in-flight", "pause", "in flight arrive"),
        ("lost", "hang", "in flight are lost"),
    )
    for name, stops in (
        ("shared-first", FIRST),
        *((case, {case: stop}) for case, stop in LATER.items()),
    )
}
