"""What runs meet: no Slack, a slow one, other plugins, steps, hooks, profiles, a prompt."""

import json
import sys
from pathlib import Path

import pexpect

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.conftest import run as command_of
from tests.live.shown import whole as shown_by
from tests.logger_runs.conftest import (
    FLAGS,
    SECONDS,
    Start,
    cards,
    reaction,
    root,
    thread,
    whole,
)
from tests.support.endings import GOES_WELL, TWO_FAIL

SLACK_STEPS = """
import slack_wrapper
include: slack_wrapper.rules("slack.smk")
include: slack_wrapper.rules("hooks.smk")
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="a step"
rule all:
    default_target: True
    localrule: True
    input: "slack/hello.json"
"""
CONFIG = {"slack": {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}}
CONFIGFILE = 'configfile: "config.json"\n'


def test_slack_is_down_throughout(start: Start, study: Path, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "error", code="service_unavailable", times=10_000))
    run = start(TWO_FAIL, "--keep-going")
    assert run.wait() == 1
    assert run.stderr.count("slack-wrapper: warning") == 1
    assert sandbox.messages() == []
    sandbox.faults.clear()
    Path("config.yaml").write_text(json.dumps(CONFIG))
    done = command_of(
        sys.executable, "-m", "slack_wrapper.cli.main", "flush", "--config", "config.yaml",
        cwd=study, env={"SLACK_WRAPPER_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert "*study* failed: work s=" in message["text"]
    assert "*work* (2 jobs)" in message["text"]


def test_the_next_run_delivers_what_waits(start: Start, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "error", code="service_unavailable", times=10_000))
    assert start(GOES_WELL).wait() == 0
    sandbox.faults.clear()
    run = start(GOES_WELL, "--forceall")
    assert run.wait() == 0, run.stderr
    assert len(sandbox.messages()) == 2
    assert all("succeeded" in message["text"] for message in sandbox.messages())


def test_slack_is_slow(start: Start, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "slow", seconds=2.0, times=10_000))
    run = start(GOES_WELL)
    assert run.wait() == 0, run.stderr
    assert "succeeded" in root(sandbox)["text"]
    assert len(sandbox.messages()) == 1


def test_a_wrong_token_is_told_once_and_the_end_is_kept(start: Start, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("*", "error", code="invalid_auth", times=10_000))
    run = start(GOES_WELL)
    assert run.wait() == 0
    assert run.stderr.count("slack-wrapper: warning") == 2
    assert "summary waits in the outbox" in run.stderr
    assert "invalid_auth" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_wrong_password_is_one_warning(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL, env={"SLACK_WRAPPER_PASSWORD": "wrong-password"})
    assert run.wait() == 0
    assert run.stderr.count("slack-wrapper: warning") == 1
    assert "wrong-password" not in run.stderr
    assert sandbox.store.calls == []


def test_without_a_channel_the_remedy_is_told(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL, flags=())
    assert run.wait() == 0
    assert "hint: give --logger-slack-channel" in run.stderr


def test_jobs_on_a_cluster(start: Start, sandbox: Sandbox) -> None:
    run = start(
        TWO_FAIL, "--keep-going", "--executor", "cluster-generic", "--jobs", "2",
        "--cluster-generic-submit-cmd", "sh", "--latency-wait", "5",
    )  # fmt: skip
    assert run.wait() == 1
    assert "and 1 more job · 1 of 4 jobs, " in root(sandbox)["text"]
    (card,) = cards(sandbox)
    assert "*work* (2 jobs)" in shown_by(card)
    assert "trouble with" in shown_by(card)


def test_beside_another_logger(start: Start, sandbox: Sandbox) -> None:
    run = start(GOES_WELL, logger=("rich", "slack"))
    assert run.wait() == 0, run.stderr
    assert "succeeded" in root(sandbox)["text"]
    assert "Traceback" not in run.stderr


def test_steps_reply_and_hooks_are_quiet(start: Start, sandbox: Sandbox) -> None:
    Path("config.json").write_text(json.dumps(CONFIG))
    run = start(CONFIGFILE + SLACK_STEPS, flags=())
    assert run.wait() == 0, run.stderr
    assert thread(sandbox) == ["a step"]
    assert "succeeded: 2 jobs" in root(sandbox)["text"]
    receipt = json.loads(Path("slack/hello.json").read_text())
    assert receipt["thread_ts"] == root(sandbox)["ts"]


def test_settings_from_a_profile_and_the_environment(start: Start, sandbox: Sandbox) -> None:
    Path("profile").mkdir()
    Path("profile/config.yaml").write_text(
        "logger-slack-channel: librec_channel\nlogger-slack-mention: here\n"
    )
    run = start(
        TWO_FAIL, "--profile", "profile", flags=(),
        env={"SNAKEMAKE_LOGGER_SLACK_ENCRYPTED_KEY": "keys/slack-api.enc"},
    )  # fmt: skip
    assert run.wait() == 1
    assert thread(sandbox)[0].endswith(" <!here>")


def test_jobs_of_their_own_snakemake_say_nothing(start: Start, sandbox: Sandbox) -> None:
    run = start('rule all:\n    output: "a.txt"\n    run: open("a.txt", "w").close()\n')
    assert run.wait() == 0, run.stderr
    assert len(sandbox.messages()) == 1
    assert "succeeded: 1 job" in whole(sandbox)
    assert reaction(sandbox) == "white_check_mark"


def test_ctrl_c_at_the_prompt_ends_the_run(study: Path, sandbox: Sandbox) -> None:
    Path("Snakefile").write_text(GOES_WELL)
    arguments = ["-m", "snakemake", "--cores", "1", "--logger", "slack", *FLAGS]
    child = pexpect.spawn(sys.executable, arguments, cwd=study, timeout=SECONDS, encoding="utf-8")
    child.expect_exact("Password for keys/slack-api.enc: ")
    child.sendintr()
    child.expect(pexpect.EOF)
    said = child.before
    child.close()
    assert child.exitstatus == 1, said
    assert "Traceback" not in said
    assert not Path("a.txt").exists()


def test_the_password_is_asked_for_once_before_the_first_job(study: Path, sandbox: Sandbox) -> None:
    Path("config.json").write_text(json.dumps(CONFIG))
    Path("Snakefile").write_text(CONFIGFILE + SLACK_STEPS)
    arguments = ["-m", "snakemake", "--cores", "1", "--logger", "slack", *FLAGS]
    child = pexpect.spawn(sys.executable, arguments, cwd=study, timeout=SECONDS, encoding="utf-8")
    child.expect_exact("Password for keys/slack-api.enc: ")
    assert "Finished jobid" not in (child.before or "")
    child.sendline(PASSWORD)
    child.expect(pexpect.EOF)
    rest = child.before
    child.close()
    assert child.exitstatus == 0, rest
    assert "Password for" not in rest
    assert PASSWORD not in rest
    assert thread(sandbox) == ["a step"]


def test_a_webhook_is_told_of_start_and_end(start: Start, sandbox: Sandbox) -> None:
    address = f"{sandbox.url}/services/T0000TEAM/B0000HOOK/sandbox"
    flags = ("--logger-slack-channel", "librec_channel")
    run = start(TWO_FAIL, "--keep-going", flags=flags, env={"SLACK_BOT_TOKEN": address})
    assert run.wait() == 1
    begun, end, card = [message["text"] for message in sandbox.messages()]
    assert "*study* started: 4 jobs" in begun
    assert "and 1 more job · 1 of 4 jobs, " in end
    assert "*study* failed: work s=" in card
    assert "warning" not in run.stderr.lower()
    assert "B0000HOOK" not in run.stderr
