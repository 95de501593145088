"""Campaigns of kill -9: of a step at every call of the protocol, and of Snakemake itself.

A step has no say in a delivery once the run's session has it: killing the step leaves the
delivery going on, killing Snakemake ends both. What Slack does with a request whose sender has
died is tried both ways: `in flight` it arrives, `lost` it does not.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from slack_wrapper.sandbox.faults import Fault
from tests.faults.harness import Lab, Outcome, step_process, wait_for
from tests.faults.scenarios import BYTES, POST, RESERVE, SHARE, Point, Trouble

# Where steps are stopped: name → the call, and when.
LINK = "chat.getPermalink"  # after the post, before the receipt
STOPS: Mapping[str, tuple[Point, str]] = {
    "post-before": (Point("message", POST), "before"),
    "post-after": (Point("message", POST), "after"),
    "link-before": (Point("message", LINK), "before"),
    "reserve-before": (Point("file", RESERVE, 1), "before"),
    "reserve-after": (Point("file", RESERVE, 1), "after"),
    "bytes-before": (Point("file", BYTES, 1), "before"),
    "bytes-after": (Point("file", BYTES, 1), "after"),
    "second-after": (Point("files", BYTES, 2), "after"),
    "share-before": (Point("file", SHARE), "before"),
    "share-after": (Point("file", SHARE), "after"),
    "shares-before": (Point("files", SHARE), "before"),
    "shares-after": (Point("files", SHARE), "after"),
}
# Stopped uploads keep others from beginning: four at a time is what a process sends.
UPLOADS = ("reserve-before", "reserve-after", "bytes-before", "bytes-after")
HALVES = (UPLOADS, tuple(case for case in STOPS if case not in UPLOADS))
AGAIN = ("--rerun-incomplete",)
FOREVER = 10**6


def steps_killed(folder: Path) -> list[Outcome]:
    """Kill each step while its call is at Slack; the run goes on, and is run again."""
    outcomes: list[Outcome] = []
    for number, cases in enumerate(HALVES):
        with Lab(folder / str(number), cases) as lab:
            faults = _stop(lab, "pause")
            run = _started(lab, faults)
            for case in cases:
                step_process(run.pid, case).kill()
            _release(faults)
            code = run.wait(300)
            outcomes += _again(lab, "step killed", code, exits=(0, 1))
    return outcomes


def steps_killed_when_answered(folder: Path) -> list[Outcome]:
    """Kill each step between the session's answer and its receipt."""
    cases = ("post-after", "share-after", "shares-after")
    with Lab(folder, cases) as lab:
        faults = _stop(lab, "pause")
        run = _started(lab, faults)
        steps = {case: step_process(run.pid, case) for case in cases}
        for step in steps.values():
            step.suspend()
        _release(faults)
        _answered(lab, cases)
        for step in steps.values():
            step.kill()
        code = run.wait(300)
        return _again(lab, "step killed, answer unread", code, exits=(0, 1))


def run_killed(kind: str, word: str) -> Callable[[Path], list[Outcome]]:
    """Kill Snakemake while every step has a call at Slack, which then arrives, or is lost."""

    def campaign(folder: Path) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for number, cases in enumerate(HALVES):
            with Lab(folder / str(number), cases) as lab:
                faults = _stop(lab, kind)
                run = _started(lab, faults)
                _kill_run(run, {case: step_process(run.pid, case) for case in cases})
                _release(faults)
                time.sleep(1.0)  # what is in flight arrives
                name = f"Snakemake killed, calls {word}"
                outcomes += _again(lab, name, run.returncode, exits=(-9,))
        return outcomes

    return campaign


def run_killed_after_the_receipts(folder: Path) -> list[Outcome]:
    """Kill Snakemake when the receipts are there and it has not yet noticed."""
    cases = ("post-after", "share-after", "shares-after")
    with Lab(folder, cases) as lab:
        faults = _stop(lab, "pause")
        run = _started(lab, faults)
        steps = {case: step_process(run.pid, case) for case in cases}
        for step in steps.values():
            step.suspend()
        _release(faults)
        _answered(lab, cases)
        os.kill(run.pid, signal.SIGSTOP)
        for step in steps.values():
            step.resume()
        for case in cases:
            kind = STOPS[case][0].kind
            wait_for("the receipt", lambda kind=kind, case=case: lab.status(kind, case) != "-")
        _kill_run(run, steps)
        return _again(lab, "Snakemake killed, receipts there", run.returncode, exits=(-9,))


def flush_killed(kind: str, word: str) -> Callable[[Path], list[Outcome]]:
    """Kill `slack-wrapper flush` while it delivers: the message first, then what follows."""

    def campaign(folder: Path) -> list[Outcome]:
        cases = ("post-after", "share-after", "shares-after")
        with Lab(folder, cases) as lab:
            outage = lab.box.faults.add(Fault("*", "http", status=503, times=FOREVER))
            lab.want(*((STOPS[case][0].kind, case) for case in cases))
            code = lab.snakemake()
            first = {case: lab.posts(STOPS[case][0].kind, case) for case in cases}
            outage.times = 0
            codes = []
            faults = _stop(lab, kind)
            for _ in cases:
                flush = lab.start("slack_wrapper.cli.main", "flush")
                wait_for(
                    "a flush", lambda: any(fault.reached.is_set() for fault in faults.values())
                )
                flush.kill()
                codes.append(flush.wait(60))
                for case, fault in list(faults.items()):
                    if fault.reached.is_set():
                        fault.release()
                        del faults[case]
            time.sleep(1.0)
            flush_code = lab.command("flush")
            name = f"flush killed, calls {word}"
            return [
                Outcome(name, f"{STOPS[case][0].kind}: {case}",
                        lab.status(STOPS[case][0].kind, case), code, first[case],
                        lab.posts(STOPS[case][0].kind, case) + len(lab.strays(case)),
                        (flush_code,), told=lab.told())
                for case in cases
            ]  # fmt: skip

    return campaign


def _stop(lab: Lab, kind: str) -> dict[str, Fault]:
    """Have each case's call stopped by the server, once."""
    faults = {}
    for case in lab.cases:
        point, when = STOPS[case]
        trouble = Trouble(case, {"kind": kind, "when": when, "seconds": 600.0})
        faults[case] = lab.box.faults.add(point.fault(lab, case, trouble))
    return faults


def _started(lab: Lab, faults: Mapping[str, Fault]) -> "subprocess.Popen[str]":
    """Start the workflow and wait until each step's call is at the server."""
    lab.want(*((STOPS[case][0].kind, case) for case in lab.cases))
    run = lab.begin()
    for case, fault in faults.items():
        if not fault.reached.wait(120):
            run.kill()
            raise TimeoutError(f"{case} was not reached; {lab.told()[-3000:]}")
    return run


def _release(faults: Mapping[str, Fault]) -> None:
    for fault in faults.values():
        fault.release()


def _answered(lab: Lab, cases: tuple[str, ...]) -> None:
    """Wait until the session has asked for each post's link, its last call, and a little more."""
    wait_for("the answers", lambda: len(lab.box.calls(LINK)) >= len(cases))
    time.sleep(0.5)


def _kill_run(run: "subprocess.Popen[str]", steps: Mapping[str, psutil.Process]) -> None:
    """Kill Snakemake alone, as the OOM killer does; wait until its steps have noticed."""
    run.kill()
    run.wait(60)
    with contextlib.suppress(psutil.Error):
        psutil.wait_procs(steps.values(), timeout=60)


def _again(lab: Lab, name: str, code: int, *, exits: tuple[int, ...]) -> list[Outcome]:
    """Run the workflow again, as a user does after a crash, and count."""
    kinds = {case: STOPS[case][0].kind for case in lab.cases}
    first = {case: lab.posts(kind, case) for case, kind in kinds.items()}
    status = {case: lab.status(kind, case) for case, kind in kinds.items()}
    recovery = () if code >= 0 else (lab.snakemake("--unlock"),)
    recovery += (lab.snakemake(*AGAIN), lab.command("flush"))
    return [
        Outcome(name, f"{kind}: {case}", status[case], code, first[case],
                lab.posts(kind, case) + len(lab.strays(case)), recovery,
                expected=("-", "delivered", "queued"), exits=exits, told=lab.told())
        for case, kind in kinds.items()
    ]  # fmt: skip


CAMPAIGNS = {
    "steps-killed": steps_killed,
    "steps-killed-when-answered": steps_killed_when_answered,
    "run-killed-in-flight": run_killed("pause", "in flight arrive"),
    "run-killed-lost": run_killed("hang", "in flight are lost"),
    "run-killed-after-the-receipts": run_killed_after_the_receipts,
    "flush-killed-in-flight": flush_killed("pause", "in flight arrive"),
    "flush-killed-lost": flush_killed("hang", "in flight are lost"),
}
