"""Start, success and failure messages of real runs, in one thread."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slack_wrapper.common.redact import Secret
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.report import failure_card, log_excerpt
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run
from tests.live.shown import whole
from tests.support.steps import CONFIG, INCLUDE, write

HOOKS = """
import slack_wrapper
include: slack_wrapper.rules("hooks.smk")
"""
OWN_HOOKS = (
    INCLUDE
    + """
onstart: slack_wrapper.on_start(workflow)
onsuccess: slack_wrapper.on_success(workflow, log)
onerror: slack_wrapper.on_error(workflow, log)
"""
)
WORK = """
rule all:
    default_target: True
    input: expand("{sample}.txt", sample=["a", "b"])
rule work:
    output: "{sample}.txt"
    log: "logs/{sample}.log"
    shell: "COMMAND"
"""


def texts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages()]


@pytest.mark.parametrize("hooks", [HOOKS, OWN_HOOKS], ids=["include", "own"])
def test_a_run_that_goes_well(hooks: str, study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, hooks + WORK.replace("COMMAND", "touch {output}"), CONFIG)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert sandbox.calls("chat.postMessage")[0]["args"]["text"].startswith(
        ":hourglass_flowing_sand: *study* started: 3 jobs, "
    )
    (text,) = texts(sandbox)
    assert re.fullmatch(r":white_check_mark: \*study\* succeeded: 3 jobs in \d+ s", text)
    assert [one["name"] for one in sandbox.messages()[0]["reactions"]] == ["white_check_mark"]
    assert "warning" not in done.stderr.lower()


def test_steps_reply_in_the_runs_thread(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    step = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="in the thread"
use rule slack_message as aside with:
    output: "slack/aside.json"
    params: message="beside it", thread="none"
"""
    write(study, HOOKS + INCLUDE + step, CONFIG)
    done = snakemake("slack/hello.json", "slack/aside.json")
    assert done.returncode == 0, done.stderr
    found = {message["text"]: message.get("thread_ts") for message in sandbox.messages()}
    root = sandbox.messages()[0]["ts"]
    assert found["in the thread"] == root
    assert found["beside it"] is None
    assert json.loads((study / "slack" / "hello.json").read_text())["thread_ts"] == root


@pytest.mark.parametrize("hooks", [HOOKS, OWN_HOOKS], ids=["include", "own"])
def test_a_run_that_fails_makes_one_card(
    hooks: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    command = "echo using xoxb-123-leaked for {wildcards.sample} > {log}; exit 3"
    write(study, hooks + WORK.replace("COMMAND", command), CONFIG)
    done = snakemake("--keep-going")
    assert done.returncode == 1
    root, reply = sandbox.messages()
    assert (reply["thread_ts"], reply["subtype"]) == (root["ts"], "thread_broadcast")
    assert [one["name"] for one in root["reactions"]] == ["x"]
    told = (
        r":x: \*study\* failed: work sample=. \(exit 3\): using \[redacted\] for ., and 1 more job"
    )
    assert re.match(told + r" · 0 of 3 jobs, \d+ s$", root["text"]), root["text"]
    assert reply["text"] == root["text"]
    card = whole(reply)
    assert "*work* (2 jobs): sample=" in card
    assert "```\nusing [redacted] for" in card
    assert re.search(
        r"run again:\n```\nsnakemake --cores 2 --keep-going --rerun-incomplete ..txt ..txt\n```",
        card,
    )
    assert "command:\n```\necho using [redacted] for" in card
    assert "leaked" not in card


# Snakemake calls no hook for what raises between jobs.
ESCAPES = {
    "an input function after a checkpoint": """
checkpoint split:
    output: "parts.txt"
    shell: "echo none > {output}"
rule all:
    default_target: True
    input: lambda wildcards: int(open(checkpoints.split.get().output[0]).read())
""",
    "own onstart": WORK.replace("COMMAND", "touch {output}") + "onstart: raise ValueError('own')\n",
}


@pytest.mark.parametrize("kind", ESCAPES)
@pytest.mark.parametrize("hooks", [HOOKS, OWN_HOOKS], ids=["include", "own"])
def test_what_ends_a_run_without_a_hook_is_told(
    hooks: str, kind: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    if hooks == OWN_HOOKS and kind == "own onstart":
        pytest.skip("one onstart takes the place of the other")
    write(study, hooks + ESCAPES[kind], CONFIG)
    done = snakemake()
    assert done.returncode == 1
    root, note = sandbox.messages()
    assert re.match(r":x: \*study\* failed: \w+: .+ · \d of \d jobs, \d+ s$", root["text"]), root
    assert (note["text"], note["subtype"]) == (root["text"], "thread_broadcast")
    assert ".snakemake/log/" in whole(note)
    assert "slack-wrapper: warning" not in done.stderr


PIPED = """
rule all:
    default_target: True
    input: "b.txt", "c.txt"
rule write:
    output: pipe("a.txt")
    shell: "echo a > {output}"
rule read:
    input: "a.txt"
    output: "b.txt"
    shell: "cat {input}; exit 3"
rule single:
    output: "c.txt"
    shell: "exit 4"
"""


def test_a_group_that_fails_is_told_by_its_jobs(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Snakemake's scheduler gives a group as one failed job, whose name is no number."""
    write(study, HOOKS + PIPED, CONFIG)
    done = snakemake("--keep-going")
    assert done.returncode == 1
    assert "slack-wrapper: warning" not in done.stderr, done.stderr
    root, *cards = sandbox.messages()
    assert "and 2 more jobs" in root["text"]
    told = "".join(map(whole, cards))
    assert all(f"failed: *{rule}*" in told for rule in ("write", "read", "single"))
    assert sum(one.get("subtype") == "thread_broadcast" for one in cards) == 1


def test_an_end_without_a_start_is_not_told(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, HOOKS + "rule all:\n    input: 'never.txt'\n", CONFIG)
    assert snakemake().returncode == 1
    assert texts(sandbox) == []


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ({**CONFIG, "channel": "nowhere"}, None),
        ({**CONFIG, "encrypted_key": "none.enc"}, None),
        (CONFIG, Fault("*", "error", code="account_inactive", times=99)),
        ({"encrypted_key": "keys/slack-api.enc"}, None),
    ],
)
def test_trouble_with_slack_never_changes_the_runs_end(
    config: dict, fault: Fault | None, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    if fault:
        sandbox.faults.add(fault)
    write(study, HOOKS + WORK.replace("COMMAND", "touch {output}"), config)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert "slack-wrapper: warning: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["touch {output}", "exit 3"])
def test_hooks_without_a_channel_name_the_message_and_the_key(
    command: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    config = {"encrypted_key": "keys/slack-api.enc"}
    write(study, HOOKS + WORK.replace("COMMAND", command), config)
    done = snakemake()
    last = "failure" if "exit" in command else "success"
    for which in ("start", last):
        assert f"slack-wrapper: warning: the {which} message has no channel" in done.stderr
    assert done.stderr.count("hint: set slack.channel in the config") == 2
    assert "step's parameter" not in done.stderr


def test_hooks_without_the_rule_files_are_told_and_end_nothing(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    own = OWN_HOOKS.replace('include: slack_wrapper.rules("slack.smk")', "")
    assert own != OWN_HOOKS
    write(study, own + WORK.replace("COMMAND", "touch {output}"), CONFIG)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the workflow includes no rule file of slack_wrapper") == 2
    assert "Traceback" not in done.stderr


def test_hooks_post_through_a_webhook(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    url = f"{sandbox.url}/services/{sandbox.store.data['webhooks'][0]['path']}"
    store.encrypt_to(study / "keys" / "slack-api.enc", url, PASSWORD, profile="test-only")
    write(study, HOOKS + WORK.replace("COMMAND", "touch {output}"), CONFIG)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    assert ["started" in text or "succeeded" in text for text in texts(sandbox)] == [True, True]


def test_a_hook_may_wait_where_steps_fail(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    """`on_failure: fail` is for steps; while Slack is down the messages wait."""
    down = "http://127.0.0.1:9/api/"
    write(
        study, HOOKS + WORK.replace("COMMAND", "touch {output}"), {**CONFIG, "on_failure": "fail"}
    )
    done = snakemake(env={"SLACK_WRAPPER_PASSWORD": PASSWORD, "SLACK_WRAPPER_BASE_URL": down})
    assert done.returncode == 0, done.stderr
    assert len(Outbox().names()) == 1  # its end; nobody is told of a start that is over
    again = snakemake("--forceall")
    assert again.returncode == 0, again.stderr
    assert ["succeeded" in text for text in texts(sandbox)] == [True, True]


def test_slack_that_never_answers_is_asked_and_not_posted_to(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    (study / "sitecustomize.py").write_text(
        "from slack_wrapper.client.web_api import WebApiTransport\n"
        "WebApiTransport.__init__.__kwdefaults__['timeout'] = 1.0\n"
    )
    write(study, HOOKS + WORK.replace("COMMAND", "touch {output}"), CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as hole:  # takes connections, answers none
        env = {
            "SLACK_WRAPPER_PASSWORD": PASSWORD,
            "SLACK_WRAPPER_BASE_URL": f"http://127.0.0.1:{hole.getsockname()[1]}/api/",
            "PYTHONPATH": str(study),
        }
        done = snakemake(env=env)
        assert done.returncode == 0, done.stderr
        assert len(Outbox().names()) == 1, done.stderr  # its end
        hole.setblocking(False)
        calls = []
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = hole.accept()
                calls.append(connection.recv(1 << 16).split()[1])
    # A post without an answer would be unclear for ever.
    assert set(calls) == {b"/api/auth.test"}


@pytest.mark.parametrize("flag", ["-n", "--touch", "--lint", "--dag", "--unlock", "--report"])
def test_nothing_is_said_where_nothing_is_run(
    flag: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    (study / "a.txt").touch()
    (study / "b.txt").touch()
    write(study, HOOKS + WORK.replace("COMMAND", "touch {output}"), CONFIG)
    snakemake(flag)
    assert sandbox.store.calls == []


# The texts themselves.


def test_many_siblings_are_one_paragraph() -> None:
    jobs = [
        FailedJob("work", {"sample": str(number)}, (), (f"{number}.txt",)) for number in range(9)
    ]
    card = failure_card.card(jobs).text()
    assert card.count("*work*") == 1
    assert "sample=4 and 4 more" in card


def test_a_long_log_shows_head_and_tail(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("".join(f"line {number}\n" for number in range(100_000)))
    lines = log_excerpt.log_excerpt(str(path)).split("\n")
    assert lines[0] == "line 0"
    assert lines[-1] == "line 99999"
    assert len(lines) == log_excerpt.HEAD_LINES + log_excerpt.TAIL_LINES + 1


def test_a_missing_or_empty_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert "empty" in log_excerpt.log_excerpt(str(tmp_path / "empty"))
    assert log_excerpt.log_excerpt("none.log") == "(no log: none.log)"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (61, "1 min 1 s"), (50_400, "14 h 0 min")]
)
def test_durations(seconds: float, said: str) -> None:
    assert failure_card.duration(seconds) == said


def test_a_card_shows_the_command_and_the_attempt() -> None:
    job = FailedJob("work", {"a": "1"}, (), ("1.txt",), "cat < in > out\n", attempt=2, attempts=3)
    card = failure_card.card([job]).text()
    assert card.startswith("*work*: a=1, attempt 2 of 3\n")
    assert "```\ncat &lt; in &gt; out\n```" in card


def test_a_card_shows_no_token_of_a_command_and_no_end_of_its_block() -> None:
    card = failure_card.card(
        [FailedJob("work", command="curl -H xoxb-1234-secret ``` <!channel>")]
    ).text()
    assert "secret" not in card
    assert "<!channel>" not in card
    assert card.count("```") == 4  # the command, and the one to run again


def test_what_a_log_says_is_no_mention(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("<!here> a < b & c")
    card = failure_card.card([FailedJob("work", logs=[str(tmp_path / "a.log")])]).text()
    assert "&lt;!here&gt; a &lt; b &amp; c" in card


@pytest.mark.parametrize("before", range(190, 201))
def test_no_half_of_a_secret_is_left_where_a_line_is_cut(tmp_path: Path, before: int) -> None:
    secret = Secret("correct-horse-battery")
    path = tmp_path / "log"
    path.write_text("x" * before + secret.reveal() + "\n")
    assert not re.search("corr|[eo]r", log_excerpt.log_excerpt(str(path)).replace("[redacted", ""))


def test_no_half_of_a_secret_is_left_where_a_log_is_cut(tmp_path: Path) -> None:
    """The last 64 KiB begin within the secret, and nothing breaks the line."""
    secret = Secret("correct-horse-battery")
    path = tmp_path / "log"
    for shift in range(len(secret.reveal())):
        path.write_text("z" * 70_000 + secret.reveal() + "x" * ((64 << 10) - shift))
        assert set(log_excerpt.log_excerpt(str(path))) <= set("xz\n…")


def test_a_log_is_shown_as_a_terminal_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\x1b[31mred\x1b[0m\r\n 10%\r 50%\r100%\r\ndone\r\n")
    assert log_excerpt.log_excerpt(str(path)) == "red\n100%\ndone"


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=hunter22",
        "export API_KEY='hunter22'",
        '{"password": "hunter22", "n": 1}',
        "token: hunter22",
        "aws: AKIAHUNTER22HUNTER22",
        "git: ghp_hunter22hunter22hunter22",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter22\n-----END RSA PRIVATE KEY-----\nok",
        "-----BEGIN PRIVATE KEY-----\nhunter22",
        "postgres://me:hunter22@host/db",
    ],
)
def test_what_is_called_a_secret_is_none_of_the_channels_business(
    tmp_path: Path, line: str
) -> None:
    (tmp_path / "log").write_text(line + "\n")
    shown = log_excerpt.log_excerpt(str(tmp_path / "log"))
    assert "hunter22" not in shown.lower()
    assert "[redacted]" in shown


@pytest.mark.parametrize("line", ["tokens: 512", "tokenizer=bpe", "loss: 0.3, secretary: Ann"])
def test_what_only_sounds_like_a_secret_is_shown(tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(line)
    assert log_excerpt.log_excerpt(str(tmp_path / "log")) == line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_asked_to_end_says_so(study: Path, sandbox: Sandbox, number: int) -> None:
    slow = "touch begun.{wildcards.sample}; while [ ! -e go ]; do sleep 0.1; done; touch {output}"
    write(study, HOOKS + WORK.replace("COMMAND", slow), CONFIG)
    with (study / "told.txt").open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--cores", "1"], cwd=study,
            env={**os.environ, "SLACK_WRAPPER_PASSWORD": PASSWORD},
            stdout=told, stderr=told, start_new_session=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while not list(study.glob("begun.*")):
            assert time.monotonic() < end, (study / "told.txt").read_text()
            time.sleep(0.05)
        process.send_signal(number)
        while "Will exit after finishing" not in (study / "told.txt").read_text():
            assert time.monotonic() < end, (study / "told.txt").read_text()
            time.sleep(0.05)
        (study / "go").touch()
        assert process.wait(60) == 1
    finally:
        process.kill()
        process.wait()
    root, note = sandbox.messages()
    assert ":warning: *study* was interrupted: 1 of 3 jobs done" in root["text"]
    assert (note["text"], note["subtype"]) == (root["text"], "thread_broadcast")
