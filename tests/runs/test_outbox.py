"""An outage of Slack ends no run, loses no post and doubles none."""

import json
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run
from tests.support.steps import CONFIG, INCLUDE, STEPS, receipt, shown, write

DOWN = "http://127.0.0.1:9/api/"  # nobody listens on the discard port
BOTH = ["hello from WORD", "viz-bar-NormalizedDCG.jpg"]
KEY = ("--encrypted-key", "keys/slack-api.enc", "--channel", "librec_channel")


def outage(*, up: bool = False) -> dict[str, str]:
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    return env if up else {**env, "SLACK_WRAPPER_BASE_URL": DOWN}


def waiting(study: Path) -> list[Path]:
    return sorted((study / ".snakemake" / "slack" / "outbox").glob("*.json"))


def test_an_outage_throughout_is_made_good_by_the_next_run(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    done = snakemake(env=outage())
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == "queued"
    assert receipt(study, "post_ndcg")["status"] == "queued"
    assert len(waiting(study)) == 2
    write(study, INCLUDE + STEPS.replace('"slack/hello.json", ', ""), CONFIG)
    (study / "slack" / "post_ndcg.json").unlink()
    again = snakemake(env=outage(up=True))
    assert again.returncode == 0, again.stderr
    assert sorted(shown(sandbox)) == [*BOTH, BOTH[1]]  # the step that was run again posts again
    assert waiting(study) == []


def test_flush_delivers_once_and_in_order(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run
) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    assert snakemake("--cores", "1", env=outage()).returncode == 0
    order = [json.loads(path.read_text())["request"]["option"] for path in waiting(study)]
    down = command("flush", env=outage())
    assert down.returncode == 75
    assert "hint: " in down.stderr
    up = command("flush", env=outage(up=True))
    assert up.returncode == 0, up.stderr
    assert len(waiting(study)) == 0
    names = {"message": BOTH[0], "file": BOTH[1]}
    assert shown(sandbox) == [names[option] for option in order]
    assert command("flush", env=outage(up=True)).returncode == 0
    assert len(shown(sandbox)) == 2


def test_the_end_of_the_run_delivers_what_was_queued(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    sandbox.faults.add(Fault("chat.postMessage", "error", code="service_unavailable", times=2))
    write(study, INCLUDE + STEPS, CONFIG)
    done = snakemake(env=outage(up=True))
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == "delivered"  # it said queued until the flush
    assert receipt(study, "hello")["ts"] in {one["ts"] for one in sandbox.messages()}
    assert sorted(shown(sandbox)) == BOTH
    assert waiting(study) == []
    assert "Nothing to be done" in snakemake("-n", env=outage(up=True)).stdout


@pytest.mark.parametrize(("on_failure", "code"), [("fail", 1), ("warn", 0), ("queue", 0)])
def test_on_failure(
    study: Path, sandbox: Sandbox, snakemake: Run, on_failure: str, code: int
) -> None:
    write(study, INCLUDE + STEPS, {**CONFIG, "on_failure": on_failure})
    done = snakemake("slack/hello.json", env=outage())
    assert done.returncode == code
    status = {"warn": "warned", "queue": "queued"}.get(on_failure)
    if status:
        assert receipt(study, "hello")["status"] == status
    assert len(waiting(study)) == (on_failure == "queue")
    warnings = [line for line in done.stderr.split("\n") if "warning: nothing is posted" in line]
    assert len(warnings) == (on_failure == "warn")


def test_what_is_given_up_is_told_with_its_remedy(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    step = """
use rule slack_message as lost with:
    output: "slack/lost.json"
    params: message="x", channel="nowhere", on_failure="warn"
    log: "logs/lost.log"
"""
    write(study, INCLUDE + step, CONFIG)
    done = snakemake("slack/lost.json", env=outage(up=True))
    assert done.returncode == 0, done.stderr
    line = (study / "logs/lost.log").read_text().strip()
    assert line in done.stderr
    assert line.startswith("slack-wrapper: warning: nothing is posted to nowhere: Slack refused")
    assert "channel_not_found" in line
    assert "hint: check the name" in line
    assert "check the name" in receipt(study, "lost")["hint"]


def test_permanent_trouble_is_never_queued(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, {**CONFIG, "channel": "nowhere"})
    assert snakemake("slack/hello.json", env=outage(up=True)).returncode == 1
    assert waiting(study) == []


@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal"])
def test_an_unclear_post_is_settled_on_flush_and_not_doubled(
    study: Path, sandbox: Sandbox, command: Run, method: str
) -> None:
    (study / "a.txt").write_text("text")
    sandbox.faults.add(Fault(method, "reset", when="after"))
    for asked in ("conversations.list", "files.info", "conversations.history"):
        skip = 1 if (asked, method) == ("conversations.list", "files.completeUploadExternal") else 0
        sandbox.faults.add(Fault(asked, "error", code="account_inactive", skip=skip, times=9))
    post = ("file", "a.txt") if method.startswith("files") else ("message", "once")
    done = command(*post, *KEY, "--on-failure", "queue", env=outage(up=True))
    assert done.returncode == 75, done.stderr
    assert len(sandbox.messages()) == 1
    assert "unclear" in command("outbox", env=outage()).stdout
    held = command("flush", env=outage(up=True))
    assert held.returncode == 75
    assert "may or may not" in held.stderr
    sandbox.faults.clear()
    settled = command("flush", env=outage(up=True))
    assert settled.returncode == 0, settled.stderr
    assert len(sandbox.messages()) == 1


def test_a_long_message_goes_on_where_it_stopped(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    text = "\n\n".join(f"part {number} " + "word " * 700 for number in range(3))
    sandbox.faults.add(Fault("chat.postMessage", "error", code="accesslimited", skip=1, times=5))
    done = command("message", "-", *KEY, "--on-failure", "queue", env=outage(up=True), stdin=text)
    assert done.returncode == 75, done.stderr
    assert len(sandbox.messages()) == 1
    assert command("flush", env=outage(up=True)).returncode == 0
    assert [message["text"][:6] for message in sandbox.messages()] == ["part 0", "part 1", "part 2"]
    assert len({message.get("thread_ts") for message in sandbox.messages()[1:]}) == 1


def test_a_file_that_changed_meanwhile_is_told_and_can_be_dropped(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / "a.txt").write_text("text")
    queued = command("file", "a.txt", *KEY, "--on-failure", "queue", env=outage())
    assert queued.returncode == 75
    (kept,) = (study / ".snakemake" / "slack" / "files").glob("*/a.txt")
    kept.write_text("other text")
    command("message", "another", *KEY, "--on-failure", "queue", env=outage())
    done = command("flush", env=outage(up=True))
    assert done.returncode == 1
    assert "has changed, or gone, since it was queued" in done.stderr
    assert shown(sandbox) == ["another"]  # it holds up nothing
    listed = command("outbox", env={}).stdout
    assert " held " in listed
    name = listed.splitlines()[1].split()[0]
    assert name in done.stderr
    assert command("outbox", "--drop", name, env={}).returncode == 0
    assert "nothing waits" in command("outbox", env={}).stdout


def test_a_file_is_posted_as_it_was(study: Path, sandbox: Sandbox, command: Run) -> None:
    (study / "a.txt").write_text("text")
    assert command("file", "a.txt", *KEY, "--on-failure", "queue", env=outage()).returncode == 75
    (study / "a.txt").write_text("other text")
    assert command("flush", env=outage(up=True)).returncode == 0
    (message,) = sandbox.messages()
    (file,) = (sandbox.store.folder / "files").glob(message["files"][0]["id"])
    assert file.read_text() == "text"
    assert not list((study / ".snakemake" / "slack" / "files").iterdir())


def test_the_outbox_holds_no_secret(study: Path, sandbox: Sandbox, command: Run) -> None:
    command("message", "token xoxb-12345-abcde", *KEY, "--on-failure", "queue", env=outage())
    text = waiting(study)[0].read_text()
    assert sandbox.token not in text
    assert PASSWORD not in text
    assert "12345" not in text


def test_a_folder_that_cannot_be_written_is_told(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / ".snakemake").write_text("a file where the folder should be")
    done = command("message", "hello", *KEY, "--on-failure", "queue", env=outage())
    assert done.returncode == 1
    assert "cannot be written down" in done.stderr
    assert "hint: " in done.stderr
