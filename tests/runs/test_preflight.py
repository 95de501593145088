"""Before the first job: what could not succeed ends the run, what may pass does not."""

import json
import sys
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

PNG = b"\x89PNG" + bytes(100)
WORK = """
rule work:
    output: "work.txt"
    shell: "echo 42 > {output}"
"""
HELLO = """
use rule slack_message as hello with:
    input: "work.txt"
    output: "slack/hello.json"
    params: message="done"
"""
PLOT = """
use rule slack_file as plot with:
    input: file="work.txt"
    output: "slack/plot.json"
"""


def begun(study: Path) -> bool:
    return (study / "work.txt").exists()


def test_all_is_well_and_the_table_says_so(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + WORK + HELLO + PLOT, CONFIG)
    done = snakemake("slack/hello.json", "slack/plot.json")
    assert done.returncode == 0, done.stderr
    assert "✓ channel librec_channel" in done.stderr
    assert "✗" not in done.stderr


def test_quiet_shows_no_table(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + WORK + HELLO, CONFIG)
    done = snakemake("slack/hello.json", "--quiet", "all")
    assert done.returncode == 0, done.stderr
    assert "✓" not in done.stderr


@pytest.mark.parametrize(
    ("change", "row", "hint"),
    [
        ("nowhere", "✗ channel nowhere", "/invite"),
        ("archived", "✗ channel C0000OLDLAB", "unarchive"),
        ("member", "✗ channel general", "/invite @smkbot"),
        ("token", "✗ token", "rekey"),
        ("scope", "✗ scope files:write", "reinstall"),
        ("policy", "✗ files .txt", "post a message"),
    ],
)
def test_what_could_not_succeed_ends_the_run_before_its_first_job(
    study: Path, sandbox: Sandbox, snakemake: Run, change: str, row: str, hint: str
) -> None:
    channels = {"nowhere": "nowhere", "archived": "C0000OLDLAB", "member": "general"}
    write(
        study,
        INCLUDE + WORK + PLOT,
        {**CONFIG, "channel": channels.get(change, CONFIG["channel"])},
    )
    if change == "token":
        sandbox.store.data["tokens"].clear()
    if change == "scope":
        sandbox.store.data["tokens"][0]["scopes"].remove("files:write")
    if change == "policy":
        sandbox.faults.add(
            Fault("files.getUploadURLExternal", "error", code="file_uploads_disabled", times=99)
        )
    done = snakemake("slack/plot.json")
    assert done.returncode == 1
    assert row in done.stderr
    error = done.stderr[done.stderr.index("slack-wrapper: error: ") :]
    assert "plot would fail" in error
    assert hint in error
    assert ", line " not in error  # no frames of ours
    assert not begun(study)
    assert shown(sandbox) == []


def test_on_failure_warn_lets_the_run_go_on(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + WORK + HELLO, {**CONFIG, "channel": "nowhere", "on_failure": "warn"})
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert "✗ channel nowhere" in done.stderr
    assert receipt(study, "hello")["status"] == "warned"
    assert "channel_not_found" in receipt(study, "hello")["reason"]


@pytest.mark.parametrize("trouble", ["no password", "wrong password", "no key file", "app token"])
def test_on_failure_warn_lets_a_run_go_on_whose_key_does_not_open(
    study: Path, sandbox: Sandbox, snakemake: Run, trouble: str
) -> None:
    key = study / "keys" / "slack-api.enc"
    if trouble == "no key file":
        key.unlink()
    if trouble == "app token":
        store.encrypt_to(key, "xapp-1-A0-1-abc", PASSWORD)
    password = {"no password": "", "wrong password": "wrong"}.get(trouble, PASSWORD)
    for on_failure in ("queue", "warn"):
        write(study, INCLUDE + WORK + HELLO, {**CONFIG, "on_failure": on_failure})
        done = snakemake("slack/hello.json", env={"SLACK_WRAPPER_PASSWORD": password})
        assert done.returncode == (on_failure == "queue"), done.stderr
        assert begun(study) == (on_failure == "warn")
        if on_failure == "warn":
            assert "✗ key keys/slack-api.enc" in done.stderr
            assert receipt(study, "hello")["status"] == "warned"
            assert "keys/slack-api.enc" in receipt(study, "hello")["reason"]


def test_slack_being_down_does_not_keep_a_run_from_beginning(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + WORK + HELLO, {**CONFIG, "base_url": "http://127.0.0.1:9/api/"})
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD, "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}
    done = snakemake("slack/hello.json", env=env)
    assert done.returncode == 0, done.stderr
    assert "✗ token" in done.stderr
    assert begun(study)
    assert receipt(study, "hello")["status"] == "queued"


def test_a_bad_parameter_ends_the_run_before_its_first_job(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    bad = HELLO.replace('message="done"', 'mesage="done"')
    write(study, INCLUDE + WORK + bad, CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 1
    assert "slack-wrapper: error: step hello has an unknown parameter mesage" in done.stderr
    assert "did you mean message?" in done.stderr
    assert not begun(study)


@pytest.mark.parametrize(
    "params",
    [
        "message=lambda wildcards, input: open(input[0]).read()",
        "message='x', channel=lambda wildcards, input: open(input[0]).read() and 'librec_channel'",
    ],
)
def test_a_parameter_that_only_finished_input_can_tell_is_waited_for(
    study: Path, sandbox: Sandbox, snakemake: Run, params: str
) -> None:
    write(study, INCLUDE + WORK + HELLO.replace('message="done"', params), CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["text"].strip() in ("42", "x")


def test_a_key_that_the_run_makes_is_not_asked_for(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    (study / "slack-api.key").write_text(sandbox.token)
    (study / "keys" / "slack-api.enc").unlink()
    make = """
use rule slack_encrypt_key as encrypt with:
    output: "slack/encrypted.json"
    log: "slack/encrypt.log"
    params: key="slack-api.key", encrypted="keys/slack-api.enc"
"""
    write(study, INCLUDE + make + HELLO.replace('"work.txt"', '"slack/encrypted.json"'), CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert shown(sandbox) == ["done"]


def test_a_step_on_another_host_without_a_key_says_so(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    submit = study / "submit.sh"  # what a cluster does: the job starts with nothing of our run's
    home = f"HOME={study} PATH={Path(sys.executable).parent}:/usr/bin:/bin"
    submit.write_text(f"#!/bin/sh\nenv -i {home} sh $1\n")
    submit.chmod(0o755)
    write(study, INCLUDE + WORK + HELLO, CONFIG)
    cluster = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", str(submit))
    elsewhere = snakemake(
        "slack/hello.json", "--no-hooks", "--jobs", "1", "--show-failed-logs", *cluster
    )
    assert elsewhere.returncode == 1
    said = elsewhere.stdout + elsewhere.stderr
    assert "step hello runs on" in said
    assert "cannot reach the session of its run there, and has no key of its own" in said
    assert "hint: run Slack steps on the submit host" in said
    here = snakemake("slack/hello.json", "--jobs", "1", *cluster)  # with hooks it stays here
    assert here.returncode == 0, here.stderr
    assert json.loads((study / "slack" / "hello.json").read_text())["status"] == "delivered"


PICTURES = """
use rule slack_message as pictures with:
    input: "work.txt", images=["a.png", "b.png"]
    output: "slack/pictures.json"
    params: message="two", alt=["the first", "the second"]
"""


@pytest.mark.parametrize("allowed", [True, False])
def test_pictures_in_a_message_are_planned_as_files(
    allowed: bool, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + WORK + PICTURES, CONFIG)
    for name in ("a.png", "b.png"):
        (study / name).write_bytes(PNG)
    if not allowed:
        scopes = [one for one in sandbox.store.data["tokens"][0]["scopes"] if one != "files:write"]
        sandbox.store.data["tokens"][0]["scopes"] = scopes
    done = snakemake("slack/pictures.json")
    assert (done.returncode == 0) is allowed, done.stderr
    assert ("✗ scope files:write" in done.stderr) is not allowed
    assert begun(study) is allowed
