"""A step that is run again: taken up after a crash, posted again when the user wants it."""

from pathlib import Path

import pytest

from slack_wrapper import locate
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

SERVED = f"""{INCLUDE}
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
rule all:
    default_target: True
    input: "slack/hello.json"
"""
BARE = """
import slack_wrapper
rule hello:
    output: "slack/hello.json"
    params: message="hello", channel="librec_channel", encrypted_key="keys/slack-api.enc"
    wrapper: slack_wrapper.wrapper()
"""
DONE = """
rule done:
    input: "slack/hello.json"
    output: "done"
    shell: "touch {output}"
"""
WAYS = pytest.mark.parametrize(
    ("workflow", "options"),
    [(SERVED, ()), (SERVED, ("--no-hooks",)), (BARE, ())],
    ids=["served", "no-hooks", "bare"],
)
DIES = """
import os
if "DIES" in os.environ:
    from slack_wrapper import locate
    locate.thin_client = lambda: os.environ["DYING_CLIENT"]
    from slack_wrapper.spool import receipt_file
    from slack_wrapper.run import step
    write, run, before = receipt_file.ReceiptFile.write, step.run, os.environ["DIES"] == "before"
    def die(*given):
        before or write(*given)
        os.kill(os.getpid(), 9)
    def run_and_die(job):
        run(job)
        os.kill(os.getpid(), 9)
    if os.environ["DIES"] == "last":
        step.run = run_and_die
    else:
        receipt_file.ReceiptFile.write = die
"""


@pytest.fixture(autouse=True)
def _mortal(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that can be killed before, after or long after their receipt."""
    monkeypatch.setenv("PYTHONPATH", str(study))
    (study / "sitecustomize.py").write_text(DIES)


def env(**more: str) -> dict[str, str]:
    return {"SLACK_WRAPPER_PASSWORD": PASSWORD, **more}


def dying(study: Path, dies: str) -> dict[str, str]:
    """Have steps be killed at a point of theirs: those of our rules, and those of the wrapper."""
    program = Path(locate.thin_client()).read_text()
    kill = "posix.kill(posix.getpid(), 9)"
    if dies == "last":
        end = "    posix._exit(main(sys.argv[2:]))"
        assert program.count(end) == 1
        program = program.replace(end, f"    main(sys.argv[2:]); {kill}")
    else:
        line = {"before": "    if put(receipt, place):", "after": "    try:  # noqa: SIM105"}[dies]
        assert program.count(line) == 1
        program = program.replace(line, f"    {kill}\n{line}")
    (study / "dying_client.py").write_text(program)
    return env(DIES=dies, DYING_CLIENT=str(study / "dying_client.py"))


@WAYS
@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_killed_step_is_taken_up(
    study: Path, sandbox: Sandbox, snakemake: Run, workflow: str, options: tuple, dies: str
) -> None:
    write(study, workflow, CONFIG)
    assert snakemake(*options, env=dying(study, dies)).returncode == 1
    again = snakemake(*options, "--rerun-incomplete", env=env())
    assert again.returncode == 0, again.stderr
    assert shown(sandbox) == ["hello"]
    assert receipt(study, "hello")["ts"] == sandbox.messages()[0]["ts"]
    assert snakemake(*options, "--forceall", env=env()).returncode == 0
    assert len(shown(sandbox)) == 2


@pytest.mark.parametrize("workflow", [SERVED, BARE], ids=["served", "bare"])
def test_a_step_killed_when_all_was_done_is_taken_up(
    study: Path, sandbox: Sandbox, snakemake: Run, workflow: str
) -> None:
    write(study, workflow, CONFIG)
    assert snakemake(env=dying(study, "last")).returncode == 1
    assert snakemake(env=env()).returncode == 0
    assert len(shown(sandbox)) == 1


@WAYS
def test_a_forced_step_posts_again(
    study: Path, sandbox: Sandbox, snakemake: Run, workflow: str, options: tuple
) -> None:
    write(study, workflow, CONFIG)
    for _ in range(2):
        assert snakemake(*options, "--forceall", env=env()).returncode == 0
    (study / "slack" / "hello.json").unlink()
    assert snakemake(*options, env=env()).returncode == 0
    assert len(shown(sandbox)) == 3


def test_a_receipt_that_is_temporary_is_no_crash(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    text = SERVED.replace('output: "slack/hello.json"', 'output: temp("slack/hello.json")')
    write(study, text + DONE, CONFIG)
    for _ in range(2):
        assert snakemake("--forceall", "done", env=env()).returncode == 0
        assert not (study / "slack" / "hello.json").exists()
    assert len(shown(sandbox)) == 2


@WAYS
@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_step_killed_when_it_was_queued_is_taken_up_after_the_flush(
    study: Path,
    sandbox: Sandbox,
    snakemake: Run,
    command: Run,
    workflow: str,
    options: tuple,
    dies: str,
) -> None:
    write(study, workflow, CONFIG)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="service_unavailable", times=10**6))
    assert snakemake(*options, env=dying(study, dies)).returncode == 1
    sandbox.faults.clear()
    assert command("flush", env=env()).returncode == 0
    assert snakemake(*options, "--rerun-incomplete", env=env()).returncode == 0
    assert len(shown(sandbox)) == 1
    assert receipt(study, "hello")["status"] == "delivered"
    assert snakemake(*options, "--forceall", env=env()).returncode == 0
    assert len(shown(sandbox)) == 2


@WAYS
def test_a_queued_and_flushed_step_posts_again_when_forced(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run, workflow: str, options: tuple
) -> None:
    write(study, workflow, CONFIG)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="service_unavailable", times=10**6))
    assert snakemake(*options, env=env()).returncode == 0
    assert receipt(study, "hello")["status"] == "queued"
    sandbox.faults.clear()
    assert command("flush", env=env()).returncode == 0
    assert receipt(study, "hello")["status"] == "delivered"
    assert "Nothing to be done" in snakemake(*options, "-n", env=env()).stdout
    assert snakemake(*options, "--forceall", env=env()).returncode == 0
    assert len(shown(sandbox)) == 2
