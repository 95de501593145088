"""Runs of 25 mixed steps, killed anywhere and run again to the end: 0 lost, 0 doubled.

    python -m tests.campaign [--seeds 30] [--steps 25] [--first 0] [--side-by-side 2]

The main process, a job of it, or all of them get a kill -9 at moments that chance chooses; in each
third seed, Slack is away for a while too. The end: the workflow is run until it succeeds, what
waits is flushed. Then the channels are counted. It ends 0 when nothing was lost and nothing
doubled; a folder that shows something else is kept.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.campaign import study
from tests.campaign.server import Slack

TOKEN = "xoxb-" + "1" * 12 + "-campaign"
PATIENCE = 300.0  # seconds for one run; one that needs longer hangs
RUNS = 8  # until the workflow must have come to its end


@dataclass
class Result:
    """What became of one seed; a row of the table."""

    seed: int
    steps: int
    kills: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    queued: bool = False
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: str = ""
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def row(self) -> str:
        kills = " ".join(f"{self.kills.get(what, 0):4}" for what in ("main", "job", "all"))
        told = "; ".join([*self.lost, *self.doubled, *filter(None, [self.wrong])])
        counts = f"{len(self.lost):4} {len(self.doubled):7} {self.seconds:5.0f} s"
        waited = "yes" if self.queued else ""
        return f"{self.seed:4} {self.steps:5} {kills} {self.runs:4} {waited:6} {counts}  {told}"


class Campaign:
    """One seed: its folder, its Slack and its chance."""

    def __init__(self, seed: int, steps: int, folder: Path) -> None:
        self.folder, self.chance = folder, random.Random(f"kills {seed}")
        self.steps = study.steps(seed, steps)
        self.slack = Slack(study.CHANNELS, seed)
        self.result = Result(seed, len(self.steps))
        for name in ("home", "tmp"):
            (folder / name).mkdir()
        study.write(folder, self.steps)

    def run(self) -> Result:
        began = time.monotonic()
        if self.result.seed % 3 == 0:
            self.slack.outage = (began + 4, began + 4 + self.chance.uniform(2, 6))
        try:
            for _ in range(self.chance.randint(1, 3)):
                self._killed_run()
            self.slack.outage = (0.0, 0.0)
            self._to_the_end()
        except (subprocess.TimeoutExpired, RuntimeError) as error:
            self.result.wrong = str(error)
        finally:
            self.slack.stop()
        self.result.lost, self.result.doubled = study.count(self.steps, self.slack.everything())
        self.result.seconds = time.monotonic() - began
        return self.result

    def _killed_run(self) -> None:
        """Run the workflow, and kill what chance says when chance says."""
        self._command("snakemake", "--unlock", "--quiet")
        run = self._start("snakemake", "--cores", "8", "-k", "--rerun-incomplete")
        self.result.runs += 1
        began = None
        until = time.monotonic() + PATIENCE
        while run.poll() is None and time.monotonic() < until:
            if began is None:  # chance begins with the first job, however slow the machine is
                began = time.monotonic() if self._jobs(run.pid) else None
                end = self.chance.expovariate(1 / 3.0)
            elif time.monotonic() > began + end:
                if self._kill(run, self.chance.choice(("main", "job", "all"))):
                    break
                began, end = time.monotonic(), self.chance.expovariate(1 / 2.0)
            time.sleep(0.02)
        run.wait(PATIENCE)
        time.sleep(0.5)  # jobs without a parent notice it

    def _kill(self, run: "subprocess.Popen[str]", what: str) -> bool:
        """Kill and return whether the run has ended by it."""
        jobs = self._jobs(run.pid)
        if what == "job" and not jobs:
            return False
        self.result.kills[what] = self.result.kills.get(what, 0) + 1
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if what == "job":
                self.chance.choice(jobs).kill()
            elif what == "main":
                run.kill()
            else:
                os.killpg(run.pid, signal.SIGKILL)
        return what != "job"

    def _jobs(self, main: int) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return psutil.Process(main).children(recursive=True)
        return []

    def _to_the_end(self) -> None:
        for _ in range(RUNS):
            self._command("snakemake", "--unlock", "--quiet")
            self.result.runs += 1
            code = self._command("snakemake", "--cores", "8", "-k", "--rerun-incomplete")
            self.result.queued |= any((self.folder / ".snakemake/slack/outbox").glob("*.json"))
            if code == 0 and self._command("slack_wrapper.cli.main", "flush") == 0:
                return
        raise RuntimeError(f"did not end well in {RUNS} runs, see {self.folder}/told.txt")

    def _command(self, *arguments: str) -> int:
        return self._start(*arguments).wait(PATIENCE)

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH")
                if name in os.environ}  # fmt: skip
        env = {
            "SLACK_WRAPPER_PATIENCE": "0.05",  # this server carries nothing out late
            **kept,
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_WRAPPER_BASE_URL": self.slack.url,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        with (self.folder / "told.txt").open("a") as told:
            told.write(f"\n$ {' '.join(arguments)}\n")
            told.flush()
            return subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=self.folder, env=env, text=True,
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
            )  # fmt: skip


def one(seed: int, steps: int) -> Result:
    """Run one seed in a folder of its own, which is kept if something is wrong."""
    folder = Path(tempfile.mkdtemp(prefix=f"campaign-{seed}-"))
    result = Campaign(seed, steps, folder).run()
    if result.is_right:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        result.wrong = "; ".join(filter(None, [result.wrong, f"kept: {folder}"]))
    print(result.row(), flush=True)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--side-by-side", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    print("seed steps main  job  all runs queued lost doubled   time")
    with ThreadPoolExecutor(args.side_by_side) as pool:
        seeds = range(args.first, args.first + args.seeds)
        results = list(pool.map(lambda seed: one(seed, args.steps), seeds))
    lost, doubled = (
        sum(len(getattr(one, what)) for one in results) for what in ("lost", "doubled")
    )
    kills = sum(sum(one.kills.values()) for one in results)
    posts = sum(one.steps for one in results)
    print(f"{len(results)} seeds, {posts} steps, {kills} kills: {lost} lost, {doubled} doubled")
    return 0 if all(one.is_right for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
