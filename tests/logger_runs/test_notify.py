"""Who is told of real runs: by hooks, by the logger, and with both."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.live.shown import whole
from tests.logger_runs.conftest import FLAGS, Process, Start, marked_as_killed, root, until

CONFIG = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
HOOKS = """
configfile: "config.json"
import slack_wrapper
include: slack_wrapper.rules("hooks.smk")
"""
FAILS = """
rule all:
    input: "a.txt", "b.txt"
rule call:
    output: "{s}.txt"
    log: "logs/{s}.log"
    shell:
        "echo begun > {log}; echo 'MemoryError: out of memory' >> {log}; "
        "echo bye >> {log}; exit 137"
"""
GOES_WELL = """
rule all:
    input: "a.txt", "b.txt"
rule call:
    output: "{s}.txt"
    shell: "echo {wildcards.s} > {output}"
"""
WAITS = """
rule slow:
    output: "slow.txt"
    shell: "touch begun; while [ ! -e go ]; do sleep 0.1; done; touch {output}"
"""
WAYS = ("hooks", "logger", "both")


@pytest.fixture
def run(start: Start, study: Path):
    """Run a workflow in one of three ways."""

    def call(way: str, snakefile: str, *arguments: str, notify: dict | None = None) -> Process:
        section = {**CONFIG, "notify": notify or {}}
        (study / "config.json").write_text(json.dumps({"slack": section}))
        include = 'import slack_wrapper\ninclude: slack_wrapper.rules("slack.smk")\n'
        head = HOOKS if way != "logger" else 'configfile: "config.json"\n' + include
        if way == "hooks":
            return start(head + snakefile, *arguments, logger=("rich",), flags=())
        return start(head + snakefile, *arguments, flags=())

    return call


def notes(sandbox: Sandbox) -> list[dict]:
    return [one for one in sandbox.messages() if one.get("subtype") == "thread_broadcast"]


@pytest.mark.parametrize("way", WAYS)
def test_a_failure_is_told_in_the_channel_once(way: str, run, sandbox: Sandbox) -> None:
    failed = run(way, FAILS, "--keep-going", notify={"failure": {"mention": "here"}})
    assert failed.wait() == 1
    (note,) = notes(sandbox)
    assert re.fullmatch(
        r":x: \*study\* failed: call s=. \(exit 137\): MemoryError: out of memory, and 1 more job "
        r"· 0 of 3 jobs, \d+ s <!here>", note["text"],
    )  # fmt: skip
    message = root(sandbox)
    assert note["thread_ts"] == message["ts"]
    assert message["text"] == note["text"].removesuffix(" <!here>")
    assert [one["name"] for one in message["reactions"]] == ["x"]
    assert len(sandbox.messages()) == 2
    shown = whole(note)
    assert (
        shown.index("out of memory\nbye") < shown.index("exit code 137") < shown.index("command:")
    )
    assert [block["type"] for block in note["blocks"]][-1] == "container"
    assert "warning" not in failed.stderr.lower()


@pytest.mark.parametrize("way", WAYS)
def test_a_success_tells_what_the_policy_adds(way: str, run, sandbox: Sandbox) -> None:
    success = {"min_duration": 0, "message": "{{ run.done }} jobs", "files": ["*.txt", "no.png"]}
    done = run(way, GOES_WELL, notify={"success": success})
    assert done.wait() == 0, done.stderr
    (note,) = notes(sandbox)
    assert re.fullmatch(r":white_check_mark: \*study\* succeeded: 3 jobs in \d+ s", note["text"])
    assert "3 jobs\n" in whole(note)
    assert "not posted: the file no.png does not exist" in whole(note)
    files = sandbox.messages()[-1]
    assert [one["name"] for one in files["files"]] == ["a.txt", "b.txt"]
    assert files["thread_ts"] == root(sandbox)["ts"]


@pytest.mark.parametrize("way", WAYS)
def test_only_failures(way: str, run, sandbox: Sandbox) -> None:
    notify = {"start": False, "success": False}
    assert run(way, GOES_WELL, notify=notify).wait() == 0
    assert sandbox.messages() == []
    assert run(way, FAILS, notify=notify).wait() == 1
    (message,) = sandbox.messages()
    assert message["text"].startswith(":x: *study* failed: call s=")


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_is_killed_is_marked_by_the_next(way: str, run, sandbox: Sandbox) -> None:
    killed = run(way, WAITS)
    until(Path("begun").exists, killed)
    until(lambda: sandbox.calls("reactions.add"), killed)
    killed.signal(signal.SIGKILL, group=True)
    killed.wait()
    Path("go").touch()
    again = run(way, WAITS, "--nolock", "--rerun-incomplete")
    assert again.wait() == 0, again.stderr
    marked_as_killed(sandbox)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_in_which_nothing_happens_says_so(way: str, run, sandbox: Sandbox) -> None:
    stalled = run(way, WAITS, notify={"stalled": 2})
    until(lambda: len(sandbox.messages()) == 2, stalled)
    Path("go").touch()
    assert stalled.wait() == 0, stalled.stderr
    (line,) = [one for one in sandbox.messages() if one.get("thread_ts")]
    assert re.match(r":hourglass: \*study\*: no job has started or ended for \d+ s", line["text"])
    assert "subtype" not in line


@pytest.mark.parametrize("way", WAYS)
def test_a_step_that_fails_shows_its_own_error(way: str, run, sandbox: Sandbox) -> None:
    step = "" if way == "logger" else 'include: slack_wrapper.rules("slack.smk")'
    step += """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="a step"
"""
    no = {"code": "restricted_action", "match": {"text": "a step"}, "times": 99}
    sandbox.faults.add(Fault("chat.postMessage", "error", **no))
    failed = run(way, step, "--nolock", "slack/hello.json", notify={"failure": {"mention": []}})
    assert failed.wait() == 1
    (note,) = [one for one in sandbox.messages() if "hint: " in whole(one)]
    assert "failed: hello (exit 1): " in note["text"]
    assert "restricted_action" in note["text"]
    assert "SLACK_WRAPPER_CLIENT" not in str(note)


# Several runs in one process.

SEVERAL = """
import sys
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import OutputSettings, ResourceSettings
from snakemake_logger_plugin_slack import LogHandlerSettings

slack = LogHandlerSettings(channel="librec_channel", encrypted_key="keys/slack-api.enc")
settings = OutputSettings(log_handler_settings={"slack": slack})
with SnakemakeApi(settings) as api:
    for word in sys.argv[1:]:
        name, executor = word.split(":")
        try:
            flow = api.workflow(
                resource_settings=ResourceSettings(cores=1), snakefile=Path(f"{name}.smk")
            )
            flow.dag().execute_workflow(executor=executor)
        except Exception as error:
            api.print_exception(error)
"""


def test_each_run_of_a_process_has_its_own_message(study: Path, sandbox: Sandbox) -> None:
    (study / "one.smk").write_text(GOES_WELL)
    (study / "two.smk").write_text('rule bad:\n    output: "bad"\n    shell: "exit 3"\n')
    (study / "three.smk").write_text('rule c:\n    output: "c"\n    shell: "touch c"\n')
    (study / "several.py").write_text(SEVERAL)
    words = ["one:dryrun", "one:local", "two:local", "three:local"]
    done = subprocess.run(
        [sys.executable, "several.py", *words], cwd=study, capture_output=True, text=True,
        check=False, env={**__import__("os").environ, "SLACK_WRAPPER_PASSWORD": PASSWORD,
                          "TMPDIR": str(study.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    roots = [one["text"] for one in sandbox.messages() if not one.get("thread_ts")]
    assert [text.split(" in ")[0].split(" · ")[0] for text in roots] == [
        ":white_check_mark: *study* succeeded: 3 jobs",
        ":x: *study* failed: bad (exit 3)",
        ":white_check_mark: *study* succeeded: 1 job",
    ]
    (note,) = notes(sandbox)
    assert note["thread_ts"] == sandbox.messages()[1]["ts"]


# Runs that never began.

LOCKED = "rule a:\n    output: 'a.txt'\n    shell: 'touch {output}'\n"


@pytest.mark.parametrize(
    ("snakefile", "cause", "helps"),
    [
        ("rule all:\n    input: 'never.txt'\n", "input files are missing: .*never", "--dry-run"),
        ("rule all\n    input: 1\n", "the Snakefile has an error", "--lint"),
        ("rule all:\n    input: none_such\n", "the Snakefile has an error: name 'none", "--lint"),
    ],
)  # fmt: skip
def test_a_run_that_never_began_is_told_once_a_day(
    snakefile: str, cause: str, helps: str, start: Start, sandbox: Sandbox
) -> None:
    for _ in range(2):
        assert start(snakefile).wait() == 1
    (message,) = sandbox.messages()
    assert re.search(rf":no_entry: \*study\* did not begin: {cause}", message["text"])
    assert f"snakemake {helps}" in whole(message)


def test_a_locked_folder_is_told_with_what_helps(start: Start, sandbox: Sandbox) -> None:
    first = start(WAITS, logger=("rich",), flags=())
    until(Path("begun").exists, first)
    assert start(WAITS).wait() == 1
    Path("go").touch()
    first.wait()
    (message,) = sandbox.messages()
    assert "*study* did not begin: the working directory is locked" in message["text"]
    assert "snakemake --unlock" in whole(message)


@pytest.mark.parametrize("flags", [("-n",), ("--lint",), ("--list-rules",), ("--dag",)])
def test_what_was_to_run_nothing_tells_no_failure(
    flags: tuple[str, ...], start: Start, sandbox: Sandbox
) -> None:
    start("rule all:\n    input: 'never.txt'\n", *flags).wait()
    assert sandbox.store.calls == []


def test_without_a_password_at_hand_nobody_is_asked(start: Start, sandbox: Sandbox) -> None:
    run = start(
        "rule all:\n    input: 'never.txt'\n", flags=FLAGS, env={"SLACK_WRAPPER_PASSWORD": ""}
    )
    assert run.wait() == 1
    assert sandbox.messages() == []
    assert "Traceback" not in run.stderr
