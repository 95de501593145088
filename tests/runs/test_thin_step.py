"""The steps' own process: a thin client, in whatever environment, shell and software deployment."""

import contextlib
import json
import os
import re
import shutil
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
from slack_wrapper.snakemake_adapter import our_rules
from tests.conftest import PASSWORD, REPOSITORY, Run, run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
rule all:
    default_target: True
    input: "slack/hello.json"
"""
PUBLIC = {**CONFIG, "password": PASSWORD}


def text(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def test_the_command_is_one_constant_text() -> None:
    """Another text posts all again in each folder with receipts: Snakemake's code trigger."""
    for word, command in (("post", our_rules.POST), ("encrypt", our_rules.ENCRYPT)):
        golden = '"$SLACK_WRAPPER_PYTHON" -I -S "$SLACK_WRAPPER_CLIENT" WORD {output:q}'
        assert command == golden.replace("WORD", word)


def test_a_package_that_has_moved_posts_nothing_again(
    study: Path, tmp_path: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    assert snakemake().returncode == 0
    checkout = tmp_path / "an other place"
    for name in ("slack_wrapper", "rules"):
        shutil.copytree(REPOSITORY / name, checkout / name)
    write(study, f"include: '{checkout}/rules/slack.smk'\n" + HELLO, CONFIG)
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD, "PYTHONPATH": str(checkout)}
    done = snakemake(env=env)
    assert "Nothing to be done" in text(done), text(done)
    done = snakemake("--forceall", env=env)  # and it works there
    assert done.returncode == 0, text(done)
    assert shown(sandbox) == ["hello", "hello"]


@pytest.mark.parametrize(
    "name",
    ["a b/it's.json", 'a "quoted" $HOME `x`.json', "größe/日本 🎉.json", "-n.json", "a;b&c|d.json"],
)
def test_receipts_of_any_name(study: Path, sandbox: Sandbox, snakemake: Run, name: str) -> None:
    write(study, INCLUDE + HELLO.replace('"slack/hello.json"', repr(name)), CONFIG)
    done = snakemake()
    assert done.returncode == 0, text(done)
    assert json.loads((study / name).read_text())["status"] == "delivered"
    assert shown(sandbox) == ["hello"]


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ('"slack/a.json", "slack/hello.json"', "step hello must have one output, its receipt"),
        ('directory("slack/hello.json")', r"step hello has a directory\(\) as output"),
    ],
)
def test_a_step_has_one_receipt(
    study: Path, sandbox: Sandbox, snakemake: Run, output: str, line: str
) -> None:
    step = HELLO.replace('output: "slack/hello.json"', f"output: {output}")
    write(study, INCLUDE + step, CONFIG)
    done = snakemake()
    assert done.returncode == 1
    assert re.search(rf"slack-wrapper: error: {line}\nhint: ", text(done)), text(done)
    assert shown(sandbox) == []


def test_what_is_wrong_stands_in_the_log_of_the_rule(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    step = HELLO.replace("    params:", '    log: "logs/of step.log"\n    params:')
    write(study, INCLUDE + step, CONFIG)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="restricted_action", times=99))
    done = snakemake()
    assert done.returncode == 1
    told = (study / "logs" / "of step.log").read_text()
    assert told.startswith("slack-wrapper: error: Slack refused")
    assert told.strip() in text(done)
    assert "Traceback" not in text(done)


SHELLS = {
    "strict": 'shell.prefix("set -euo pipefail; ")',
    "no path": 'shell.prefix("PATH=/nowhere; ")',
    "sh": 'shell.executable("/bin/sh")',
    "noisy": "shell.prefix(\"echo loading modules; cd . ; export FOO='a b'; \")",
    "python": 'import os; os.environ.update(PYTHONHOME="/nowhere", PYTHONPATH="/nowhere",'
    ' PYTHONSTARTUP="/nowhere", PYTHONWARNINGS="error", LC_ALL="C")',
}


@pytest.mark.parametrize("kind", SHELLS)
def test_a_users_own_shell_and_environment(
    study: Path, sandbox: Sandbox, snakemake: Run, kind: str
) -> None:
    write(study, INCLUDE + SHELLS[kind] + HELLO, CONFIG)
    done = snakemake()
    assert done.returncode == 0, text(done)
    assert shown(sandbox) == ["hello"]


@pytest.mark.parametrize("depth", ["minimal", "full", "copy-minimal"])
def test_a_step_in_a_shadow_folder(
    study: Path, sandbox: Sandbox, snakemake: Run, tmp_path: Path, depth: str
) -> None:
    """A Snakemake of its own starts the client; the session is that of the run."""
    step = HELLO.replace(
        "    params:", f'    input: message="summary.md"\n    shadow: "{depth}"\n    params:'
    )
    write(study, INCLUDE + step.replace('message="hello"', 'footer="f"'), PUBLIC)
    done = snakemake("--shadow-prefix", str(tmp_path / "shadow"), env={})
    assert done.returncode == 0, text(done)
    assert receipt(study, "hello")["status"] == "delivered"
    assert len(shown(sandbox)) == 1


def test_own_resources_and_no_hooks(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    """`with: resources:` replaces the function that would open the session late."""
    write(
        study,
        INCLUDE + HELLO.replace("    params:", "    resources: mem_mb=9\n    params:"),
        CONFIG,
    )
    done = snakemake("--no-hooks")
    assert done.returncode == 0, text(done)
    assert shown(sandbox) == ["hello"]


def test_another_working_directory(
    study: Path, sandbox: Sandbox, snakemake: Run, tmp_path: Path
) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    for name in ("keys", "config.json"):
        (study / name).rename(elsewhere / name)
    done = snakemake("--directory", str(elsewhere))
    assert done.returncode == 0, text(done)
    assert shown(sandbox) == ["hello"]
    assert (elsewhere / "slack" / "hello.json").exists()


def test_two_modules_each_with_a_section_of_its_own(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    modules = """
import slack_wrapper
module first:
    snakefile: slack_wrapper.rules("slack.smk")
    config: {"slack": config["slack"]}
module second:
    snakefile: slack_wrapper.rules("slack.smk")
    config: {"slack": {**config["slack"], "channel": "general"}}
use rule * from first as a_*
use rule * from second as b_*
use rule a_slack_message as one with:
    output: "slack/one.json"
    params: message="to the first"
use rule b_slack_message as two with:
    output: "slack/two.json"
    params: message="to the second"
rule all:
    default_target: True
    input: "slack/one.json", "slack/two.json"
"""
    write(study, modules, CONFIG)
    done = snakemake()
    assert done.returncode == 0, text(done)
    assert shown(sandbox) == ["to the first"]
    assert shown(sandbox, "general") == ["to the second"]


# No environment, container or module for a step, whatever the run deploys for other rules.

TOOL = """#!/bin/sh
echo "{name} $*" >> {log}
case "$*" in
    *config*) echo '{"get": {"channel_priority": "strict"}}'; exit 0 ;;
    *--version*) echo "{name} version 24.7.1"; exit 0 ;;
    *info*) {known} ;;
esac
echo "{name} refuses" >&2
exit 1
"""
INFO = {"conda_version": "24.7.1", "conda_prefix": "/nowhere", "root_prefix": "/nowhere",
        "channels": [], "env_vars": {}, "platform": "linux-64"}  # fmt: skip
KNOWN = {
    "conda": f"echo '{json.dumps(INFO)}'; exit 0",
    "apptainer": "exit 1",
}
DEPLOYED = {
    "global container": ("apptainer", 'container: "docker://no/python"'),
    "containerized": ("apptainer", 'containerized: "docker://no/python"'),
    "conda": ("conda", ""),
    "both": ("conda apptainer", 'container: "docker://no/python"'),
    "modules": ("env-modules", ""),
}
OTHER = """
rule other:
    output: "other.txt"
    {own}
    shell: "touch {{output}}"
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `conda` and an `apptainer` on the PATH that write down how they are called, and refuse."""
    folder, log = tmp_path / "tools", tmp_path / "called"
    folder.mkdir()
    log.touch()
    for name in ("conda", "mamba", "apptainer", "singularity"):
        known = KNOWN["conda" if name in ("conda", "mamba") else "apptainer"]
        program = folder / name
        text = TOOL.replace("{name}", name).replace("{log}", str(log))
        program.write_text(text.replace("{known}", known))
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return log


def made(log: Path) -> list[str]:
    """Return the calls that make or enter something."""
    doing = re.compile(" (create|install|exec|pull|run|shell|activate|env) ")
    return [line for line in log.read_text().splitlines() if doing.search(f"{line} ")]


@pytest.mark.parametrize("kind", DEPLOYED)
def test_nothing_is_deployed_for_a_step(
    study: Path, sandbox: Sandbox, snakemake: Run, tools: Path, kind: str
) -> None:
    methods, line = DEPLOYED[kind]
    (study / "slack-api.key").write_text(f"{sandbox.token}\n")
    steps = """
use rule slack_digest as digest with:
    output: "slack/digest.json"
    params: message="a digest"
use rule slack_file as plot with:
    input: file="post/viz-bar-NormalizedDCG.jpg"
    output: "slack/plot.json"
use rule slack_encrypt_key as encrypt with:
    output: "slack/encrypted.json"
    params: key="slack-api.key", encrypted="keys/new.enc"
use rule slack_message as shared with:
    output: "slack/shared.json"
    params: message="one of many", coalesce="many"
use rule slack_approval as ask with:
    output: "slack/asked.json"
    params: message="go on?", time_limit="1s", on_timeout="skip"
"""
    posts = {"declared": {"message": "declared"}}
    write(study, f"{line}\n{INCLUDE}{HELLO}{steps}", {**CONFIG, "posts": posts})
    names = ["hello", "digest", "plot", "encrypted", "shared", "asked"]
    targets = [*(f"slack/{name}.json" for name in names), "slack_posts"]
    done = snakemake(*targets, "--sdm", *methods.split())
    assert done.returncode == 0, text(done)
    assert made(tools) == []
    assert not list((study / ".snakemake" / "conda").glob("*.yaml"))


@pytest.mark.parametrize("kind", ["global container", "containerized", "conda", "modules"])
def test_the_control_another_rule_is_deployed_for(
    study: Path, snakemake: Run, tools: Path, kind: str
) -> None:
    methods, line = DEPLOYED[kind]
    (study / "env.yaml").write_text("dependencies: [python]\n")
    own = {"conda": 'conda: "env.yaml"', "modules": 'envmodules: "gcc"'}.get(kind, "")
    write(study, f"{line}\n{INCLUDE}{OTHER.format(own=own)}", CONFIG)
    done = snakemake("other.txt", "--sdm", *methods.split())
    if kind == "modules":  # not a program but a function of the shell, which there is not
        assert "module: command not found" in text(done)
    else:
        assert done.returncode == 1, text(done)
        assert made(tools) != []


def test_software_deployment_that_is_switched_on_posts_nothing_again(
    study: Path, sandbox: Sandbox, snakemake: Run, tools: Path
) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    assert snakemake().returncode == 0
    done = snakemake("--sdm", "conda", "apptainer")
    assert "Nothing to be done" in text(done), text(done)


# Questions: they wait in the session, and nothing may wait there for a step that has gone.

ASK = """
use rule slack_approval as ask with:
    output: "slack/hello.json"
    params: message="go on?"
rule all:
    default_target: True
    input: "slack/hello.json"
"""


def begin(study: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=study, start_new_session=True, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def until(true: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_snakemake_alone_ends_a_question(
    study: Path, sandbox: Sandbox, number: int
) -> None:
    """It does not reach the step, for which Snakemake would wait until somebody answers."""
    write(study, INCLUDE + ASK, PUBLIC)
    process = begin(study)
    until(sandbox.messages)
    process.send_signal(number)
    told, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "slack-wrapper: interrupted" in told
    assert "Traceback" not in told


def clients(main: int) -> list[psutil.Process]:
    found = []
    for process in psutil.Process(main).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[3:4] == [thin_client()]:
                found.append(process)
    return found


def test_a_killed_step_ends_its_question_in_the_session(study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + ASK, PUBLIC)
    process = begin(study)
    until(lambda: sandbox.messages() and clients(process.pid))
    for client in clients(process.pid):
        client.kill()
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert not (study / "slack" / "hello.json").exists()


def test_a_killed_run_ends_its_steps(study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + ASK, PUBLIC)
    process = begin(study)
    until(lambda: sandbox.messages() and clients(process.pid))
    (client,) = clients(process.pid)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not client.is_running() or client.status() == psutil.STATUS_ZOMBIE)


# What another job of the run may ask of the session.

INTRUDER = """
import os, socket, sys
from slack_wrapper.session import protocol
from slack_wrapper.message.parameters import build
hello = build({"message": "forged", "channel": "librec_channel"},
              receipt="slack/forged.json").to_dict() | {"encrypted_key": "keys/slack-api.enc"}
asked = {"cwd": os.getcwd().encode().hex(), "output": [b"other.txt".hex()]}
questions = {
    "request": {"request": hello},
    "encrypt": {"encrypt": {"key": "/etc/hostname", "encrypted": "Snakefile"}},
    "confirm": {"confirm": {"request": hello, "receipt": {}, "changed_ns": 1}},
    "step": {"step": asked},
}
for name in questions:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[protocol.VARIABLE])
        protocol.send(connection, {"version": 1, "cwd": os.getcwd(), **questions[name]})
        length = int.from_bytes(connection.recv(4), "big")
        print(name, connection.recv(length))
"""


def test_a_job_gets_no_post_and_no_key_from_the_session(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Only a running job of our rules is carried out, and from what the DAG says of it."""
    (study / "intruder.py").write_text(INTRUDER)
    before = {path: path.read_bytes() for path in (study / "keys").iterdir()}
    other = f"""
rule other:
    output: "other.txt"
    shell: "{sys.executable} intruder.py > {{output}}"
"""
    write(study, INCLUDE + HELLO + other, CONFIG)
    done = snakemake("all", "other.txt")
    assert done.returncode == 0, text(done)
    answers = dict(line.split(" ", 1) for line in (study / "other.txt").read_text().splitlines())
    assert "the run has no step with this receipt" in answers["request"]
    assert "the step sent no request" in answers["encrypt"]
    assert "no step of this run makes other.txt" in answers["step"]
    assert shown(sandbox) == ["hello"], "the control: a step of the run is carried out"
    assert {path: path.read_bytes() for path in (study / "keys").iterdir()} == before
    assert "slack.smk" in (study / "Snakefile").read_text(), "it was not encrypted over"


def test_without_a_run_the_client_says_so(tmp_path: Path) -> None:
    command = (sys.executable, "-I", "-S", thin_client(), "post", "x.json")
    done = run(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "slack-wrapper: error: the step cannot reach the session of its run"
    )
    assert "\nhint: run the workflow again" in done.stderr


# On a cluster: the Snakemake of the job serves it there.

SUBMIT = """#!/bin/sh
setsid env -i HOME={home} PATH={path} {more} sh "$1" > {log} 2>&1 < /dev/null &
echo $!
"""


@pytest.mark.parametrize("how", ["alone", "group"])
def test_a_step_that_a_cluster_gets_is_served_there(
    study: Path, sandbox: Sandbox, snakemake: Run, tmp_path: Path, how: str
) -> None:
    pytest.importorskip("snakemake_executor_plugin_cluster_generic")
    submit = tmp_path / "submit.sh"
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    submit.write_text(SUBMIT.format(home=tmp_path, path=path, log=tmp_path / "job.log",
                                    more=f"SLACK_WRAPPER_PASSWORD='{PASSWORD}'"))  # fmt: skip
    submit.chmod(0o755)
    group = '    group: "together"\n' if how == "group" else ""
    work = f"""
rule work:
    output: "work.txt"
{group}    shell: "sleep 1; touch {{output}}"
"""
    step = HELLO.replace("    params:", f'{group}    input: "work.txt"\n    params:')
    write(study, INCLUDE + work + step, {**CONFIG, "base_url": sandbox.api_url})
    options = [] if how == "group" else ["--no-hooks"]  # else it stays here: see docs/clusters.md
    done = snakemake("--executor", "cluster-generic", "--jobs", "2", *options,
                     "--cluster-generic-submit-cmd", str(submit))  # fmt: skip
    log = (tmp_path / "job.log").read_text()
    assert done.returncode == 0, text(done) + log
    assert receipt(study, "hello")["status"] == "delivered"
    assert shown(sandbox) == ["hello"]
