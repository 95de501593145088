"""Many steps, one message, in real Snakemake runs: nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from slack_wrapper.locate import thin_client
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run
from tests.support.steps import CONFIG, INCLUDE, fails, receipt, write

STEPS = """
use rule slack_message as sample with:
    output: "slack/{n}.json"
    params: message="sample {n} is done", coalesce="All samples"
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=range(COUNT))
"""
FOLDER = Path(".snakemake") / "slack"


def study_of(study: Path, count: int = 12, config: dict | None = None, more: str = "") -> None:
    write(study, INCLUDE + more + STEPS.replace("COUNT", str(count)), {**CONFIG, **(config or {})})


def calls(sandbox: Sandbox, method: str) -> int:
    return sum(call["method"] == method for call in sandbox.store.calls)


def whole(text: str, count: int) -> bool:
    return text.startswith(f"*All samples*: {count}\n") and sorted(text.split("\n")[1:]) == sorted(
        f"• sample {number} is done" for number in range(count)
    )


def left(study: Path) -> list[str]:
    """Return what is left of posts: entries, and messages that steps share."""
    return [str(path) for path in (study / FOLDER).rglob("*.json*")]


def begin(study: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a run that is going to be disturbed."""
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=study, env={**os.environ, "SLACK_WRAPPER_PASSWORD": PASSWORD},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def test_steps_share_one_message(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    study_of(study)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert whole(message["text"], 12)
    assert calls(sandbox, "chat.postMessage") == 1
    assert calls(sandbox, "chat.update") < 12
    for number in range(12):
        kept = receipt(study, str(number))
        assert (kept["status"], kept["ts"]) == ("delivered", message["ts"])
        assert kept["text"] == f"sample {number} is done"
        assert kept["permalink"]
        assert "reason" not in kept
    assert left(study) == []
    again = snakemake()
    assert "Nothing to be done" in again.stdout + again.stderr


def test_the_next_run_begins_a_message_of_its_own(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    study_of(study, 3)
    assert snakemake().returncode == 0
    assert snakemake("--forceall").returncode == 0
    assert [whole(one["text"], 3) for one in sandbox.messages()] == [True, True]


def test_it_stands_in_the_runs_thread_and_in_every_channel(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    more = 'include: slack_wrapper.rules("hooks.smk")\n'
    study_of(study, 4, {"channel": ["librec_channel", "general"]}, more)
    assert snakemake().returncode == 0
    for channel in ("librec_channel", "general"):
        root, shared = sandbox.messages(channel)  # the root tells the end
        assert shared["thread_ts"] == root["ts"]
        assert whole(shared["text"], 4)
    assert [one["channel_name"] for one in receipt(study, "0")["deliveries"]] == [
        "librec_channel",
        "general",
    ]


def test_more_lines_than_a_message_takes_follow_in_the_thread(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    study_of(study, 15)
    text = (study / "Snakefile").read_text()
    (study / "Snakefile").write_text(text.replace("is done", "is done " + "x" * 500))
    assert snakemake().returncode == 0
    message, *rest = sandbox.messages()
    assert len(message["text"]) <= 4000
    assert {one["thread_ts"] for one in rest} == {message["ts"]}
    lines = "\n".join(one["text"] for one in rest).split("\n")
    assert sorted(lines) == sorted(f"• sample {n} is done {'x' * 500}" for n in range(15))
    assert left(study) == []


def test_the_files_of_steps_follow_in_the_thread(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    for number in range(4):
        (study / f"{number}.png").write_bytes(b"png" + bytes([number]))
    write(
        study,
        INCLUDE
        + """
use rule slack_file as sample with:
    input: file="{n}.png"
    output: "slack/{n}.json"
    params: message="plot of {n}", coalesce={"title": "Plots", "window": 1}
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=range(4))
""",
        CONFIG,
    )
    done = snakemake()
    assert done.returncode == 0, done.stderr
    message, *files = sandbox.messages()
    assert message["text"].startswith("*Plots*: 4\n")
    assert {one["thread_ts"] for one in files} == {message["ts"]}
    assert sorted(one["files"][0]["name"] for one in files) == [f"{n}.png" for n in range(4)]
    kept = receipt(study, "1")
    assert kept["ts"] == message["ts"]
    assert kept["replies"][0]["files"][0]["name"] == "1.png"
    assert left(study) == []


def test_a_message_that_somebody_deletes_is_posted_anew(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    study_of(study)
    sandbox.faults.add(Fault("chat.update", "error", code="message_not_found", times=1))
    assert snakemake().returncode == 0
    assert whole(sandbox.messages()[-1]["text"], 12)
    assert len(sandbox.messages()) == 2


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_an_unclear_call_doubles_and_loses_nothing(
    study: Path, sandbox: Sandbox, snakemake: Run, method: str, kind: str
) -> None:
    study_of(study, 6)
    sandbox.faults.add(Fault(method, kind, when="after", times=2))
    assert snakemake().returncode == 0
    (message,) = sandbox.messages()
    assert whole(message["text"], 6)


def test_an_outage_is_made_good_by_flush(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run
) -> None:
    study_of(study, 6)
    sandbox.faults.add(Fault("chat.*", "error", code="service_unavailable", times=100_000))
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert {receipt(study, str(number))["status"] for number in range(6)} == {"queued"}
    flush, env = ("flush", "--configfile", "config.json"), {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    still = command(*flush, env=env)
    assert still.returncode == 75
    sandbox.faults.clear()
    done = command(*flush, env=env)
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert whole(message["text"], 6)
    assert {receipt(study, str(number))["status"] for number in range(6)} == {"delivered"}
    assert left(study) == []


def test_a_refusal_fails_the_steps_and_leaves_nothing(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    study_of(study, 2)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="restricted_action", times=1000))
    done = snakemake("--keep-going")
    assert done.returncode == 1
    assert "slack-wrapper: error:" in done.stdout + done.stderr
    assert left(study) == []


def test_on_failure_fail_waits_for_its_line(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    study_of(study, 3, {"on_failure": "fail"})
    assert snakemake().returncode == 0
    (message,) = sandbox.messages()
    assert whole(message["text"], 3)
    assert calls(sandbox, "chat.update") >= 2


def test_a_killed_run_goes_on_with_the_same_message(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Killed while the message is behind: what is not shown yet is shown by the next run."""
    study_of(study, 30)
    sandbox.faults.add(Fault("chat.update", "hang", seconds=60, times=1))
    run = begin(study, "--cores", "2")
    until = time.monotonic() + 100
    while len(list((study / "slack").glob("*.json"))) < 8 and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    sandbox.faults.clear()
    assert len(sandbox.messages()) == 1
    assert not whole(sandbox.messages()[0]["text"], 30)
    assert len(left(study)) > 0
    snakemake("--unlock")
    done = snakemake("--rerun-incomplete")
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert whole(message["text"], 30)
    assert {receipt(study, str(n))["status"] for n in range(30)} == {"delivered"}
    assert left(study) == []


def lines(sandbox: Sandbox) -> list[str]:
    """Return the lines of all messages, sorted."""
    every = "\n".join(message["text"] for message in sandbox.messages()).split("\n")
    return sorted(line for line in every if line.startswith("• "))


def test_a_step_that_is_killed_says_its_line_once(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Killed after its line was taken: the run ends, and the next one runs the step again."""
    study_of(study, 3, {"on_failure": "fail"})
    fault = sandbox.faults.add(Fault("chat.update", "pause", times=1))
    run = begin(study, "--cores", "1", "--keep-going")
    assert fault.reached.wait(100)
    (step,) = [one for one in psutil.Process(run.pid).children(recursive=True)
               if one.cmdline()[3:4] == [thin_client()]]  # fmt: skip
    step.kill()
    fault.release()
    assert run.wait(100) == 1
    assert lines(sandbox) == [f"• sample {number} is done" for number in range(3)]
    done = snakemake()
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert whole(message["text"], 3)
    assert {receipt(study, str(number))["ts"] for number in range(3)} == {message["ts"]}
    assert left(study) == []
    assert snakemake("--forceall").returncode == 0
    assert len(lines(sandbox)) == 6


def test_lines_that_flush_has_brought_up_are_not_said_again(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run
) -> None:
    study_of(study, 6, {"on_failure": "fail"})
    fault = sandbox.faults.add(Fault("chat.update", "pause", times=1, skip=1))
    run = begin(study, "--cores", "1", "--keep-going")
    assert fault.reached.wait(100)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    fault.release()
    snakemake("--unlock")
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    done = command("flush", "--configfile", "config.json", env=env)
    assert done.returncode == 0, done.stderr
    assert 3 <= len(lines(sandbox)) < 6
    done = snakemake("--rerun-incomplete")
    assert done.returncode == 0, done.stderr
    assert lines(sandbox) == [f"• sample {number} is done" for number in range(6)]
    assert {receipt(study, str(number))["status"] for number in range(6)} == {"delivered"}
    assert left(study) == []


def test_the_bare_wrapper_says_that_it_needs_a_run(study: Path, snakemake: Run) -> None:
    write(
        study,
        """
import slack_wrapper
rule hello:
    output: "slack/hello.json"
    params: channel="librec_channel", encrypted_key="keys/slack-api.enc", message="x", coalesce="A"
    wrapper: slack_wrapper.wrapper()
""",
    )
    fails(snakemake(), study, "coalesce needs the session of a run", "slack.smk")


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ('coalesce={"window": 3}', "coalesce has no title"),
        ('coalesce={"title": "A", "window": "soon"}', "coalesce.window is not a number"),
        ('coalesce="A", color="good"', "color cannot be combined with coalesce"),
        ('coalesce="A", mention="here"', "mention cannot be combined with coalesce"),
    ],
)
def test_what_is_wrong(
    study: Path, sandbox: Sandbox, snakemake: Run, params: str, line: str
) -> None:
    step = 'use rule slack_message as hello with:\n    output: "slack/hello.json"\n'
    write(study, f'{INCLUDE}{step}    params: message="x", {params}\n', CONFIG)
    fails(snakemake("slack/hello.json"), study, line, "coalesce|line")
    assert sandbox.messages() == []


def test_what_is_written_down_holds_no_token(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    study_of(study, 1, {"on_failure": "queue"})
    text = (study / "Snakefile").read_text()
    (study / "Snakefile").write_text(text.replace("is done", f"is done {sandbox.token}"))
    sandbox.faults.add(Fault("chat.*", "error", code="service_unavailable", times=100_000))
    assert snakemake().returncode == 0
    (state,) = (study / FOLDER / "digests").glob("*.json")
    lines = state.with_suffix(".jsonl")
    assert "sample 0 is done" in lines.read_text()
    assert sandbox.token not in state.read_text() + lines.read_text()
