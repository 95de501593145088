"""What a long job must not come before: everything that is known of the steps is checked first."""

import json
from pathlib import Path

import pytest

from slack_wrapper import config, locate
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

WORK = """
rule work:
    output: "work.txt"
    shell: "echo 42 > {output}"
"""


def step(params: str, rule: str = "slack_message", name: str = "hello", more: str = "") -> str:
    return (
        f"\nuse rule {rule} as {name} with:\n    input: 'work.txt'{more}\n"
        f"    output: 'slack/{name}.json'\n    params: {params}\n"
    )


def begun(study: Path) -> bool:
    return (study / "work.txt").exists()


ASK = "message='ok?', approvers="
BAD = [
    (step("message='x', color='reddish'"), "step hello: color is reddish", "use good, warning"),
    (step("message='x', mention='ada'"), "mention ada is not understood", "@handle"),
    (step("message='x', mention={'users': ['nobody@x.org']}, mention_missing='fail'"),
     "mention nobody@x.org: ", ""),
    (step("message='x', mention='@nobody', mention_missing='fail'"), "mention @nobody: ", "handle"),
    (step(ASK + "'nobody@x.org'", "slack_approval"), "approvers nobody@x.org: ", ""),
    (step(ASK + "['U00000BOT']", "slack_approval"), "none of the approvers can answer", "active"),
    (step("message='x', blocks=[{'type': 'section'}] * 60"), "blocks", ""),
    (step("blocks=[{'type': 'header', 'text': {'type': 'plain_text', 'text': 'a' * 200}}]"),
     "step hello: blocks", ""),
    (step("message='x', blocks='[{]'"), "step hello: ", "list of objects"),
    (step("message='x', blocks='own.json'"), "step hello: ", "list of objects"),
    (step("template=lambda wildcards: '{{ nothing'"), "step hello: template, line 1", ""),
    (step("template='own.j2'"), "step hello: own.j2, line 2", ""),
    (step("message='x'", more=", table='own.tsv'"), "own.tsv", ""),
    (step("message='x', thread='slack/none.json'"), "thread slack/none.json: no step of this run",
     "the receipt of a step"),
    (step("message='x', thread='own.json'"), "thread own.json is not a receipt", ""),
    (step("message='root'", name="root") + step("message='x', channel='general', "
     "thread='slack/root.json'", more=", 'slack/root.json'"),
     "thread slack/root.json: it has no message in channel general", "same one"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "hint"), BAD)
def test_it_ends_the_run_before_its_first_job(
    text: str, line: str, hint: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    (study / "own.json").write_text('[{"type"')
    (study / "own.j2").write_text("one\n{% if %}")
    (study / "own.tsv").write_bytes(b"\xff\xfe\x00broken")
    write(study, INCLUDE + WORK + text, CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 1, done.stdout + done.stderr
    error = done.stderr[done.stderr.index("slack-wrapper: error: ") :]
    assert line in error
    assert hint in error
    assert not begun(study)
    assert shown(sandbox) == []


def test_each_key_of_a_declared_post_reaches_its_step(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    schema = json.loads(config.SCHEMA_FILE.read_text())
    keys = set(schema["$defs"]["post"]["properties"])
    rule = Path(locate.rules("slack_post.smk")).read_text()
    inputs = {"file", "input", "message_file", "data", "table", "images"}
    assert {key for key in keys if f'"{key}"' not in rule} == inputs
    (study / "text.txt").write_text("*bold* & <b>")
    post = {"message_file": "text.txt", "mrkdwn": True}
    write(study, INCLUDE, {**CONFIG, "posts": {"open": post, "closed": {**post, "mrkdwn": False}}})
    assert snakemake("slack_posts").returncode == 0
    assert set(shown(sandbox)) == {"*bold* & <b>", "*bold* &amp; &lt;b&gt;"}


def test_a_declared_post_is_checked_too(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    post = {"message": "x", "input": "work.txt"}
    for bad in ({"color": "reddish"}, {"thread": "slack/none.json", "input": "work.txt"},
                {"blocks": [{"type": "section"}]}):  # fmt: skip
        write(study, INCLUDE + WORK, {**CONFIG, "posts": {"a": {**post, **bad}}})
        done = snakemake("slack/a.json", "work.txt")
        assert done.returncode == 1, done.stderr
        assert not begun(study) or "thread" in bad


@pytest.mark.parametrize(
    "params",
    [
        "message='x', mention='nobody@x.org'",
        "message='x', mention={'groups': ['nobody'], 'users': ['nobody@x.org']}",
    ],
)
def test_who_is_missing_is_told_and_left_out(
    params: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + WORK + step(params), CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert "✗ mention nobody@x.org" in done.stderr
    assert "mention_missing: warn" in done.stderr
    assert shown(sandbox) == ["x"]
    assert receipt(study, "hello")["status"] == "delivered"


def test_without_the_scope_a_mention_is_left_out_too(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    sandbox.store.data["tokens"][0]["scopes"].remove("users:read.email")
    write(study, INCLUDE + WORK + step("message='x', mention='nobody@x.org'"), CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert "✗ scope users:read.email" in done.stderr
    write(study, INCLUDE + WORK + step("message='x', channel={'email': 'nobody@x.org'}"), CONFIG)
    (study / "work.txt").unlink()
    done = snakemake("slack/hello.json", "--forceall")
    assert done.returncode == 1
    assert not begun(study)


GOOD = [
    step("message=lambda wildcards, input: open(input[0]).read(), color='good'"),
    step("template=lambda wildcards: '{{ input }}', thread='run', "
         "mention=['here', 'U00000ADA', 'S00000000']"),
    step("template='late.j2'", more=", 'late.j2'") +
    "rule late:\n    output: 'late.j2'\n    shell: 'echo {{{{ wildcards }}}} > {output}'\n",
    step("message='x', blocks='late.json'", more=", 'late.json'") +
    "rule late:\n    output: 'late.json'\n    shell: \"echo '[]' > {output}\"\n",
    step("message='root'", name="root") +
    step("message='x', thread='slack/root.json'", more=", 'slack/root.json'"),
    step("message='x', thread='slack/before.json'"),
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_what_only_results_tell_is_left_alone(
    text: str, study: Path, sandbox: Sandbox, snakemake: Run, command: Run
) -> None:
    given = ("--channel", "librec_channel", "--encrypted-key", "keys/slack-api.enc")
    env = {"SLACK_WRAPPER_PASSWORD": "correct horse battery staple"}
    if "before.json" in text:
        (study / "slack").mkdir()
        command("message", "earlier", *given, "--receipt", "slack/before.json", env=env)
    write(study, INCLUDE + WORK + text, CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert "✗" not in done.stderr


def test_a_thread_that_is_not_waited_for_is_told(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    both = step("message='root'", name="root") + step("message='x', thread='slack/root.json'")
    write(study, INCLUDE + WORK + both, CONFIG)
    done = snakemake("slack/root.json", "slack/hello.json", "--cores", "1")
    assert "✗ thread slack/root.json  step hello may run before" in done.stderr
    assert "make it an input of hello" in done.stderr
    assert begun(study)


def test_a_dry_run_of_posts_checks_the_form(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE + WORK + step("message='x', color='reddish'"), {**CONFIG, "dry_run": True})
    done = snakemake("slack/hello.json", env={})
    assert done.returncode == 1
    assert not begun(study)
    write(
        study, INCLUDE + WORK + step("message='x', color='reddish'"), {**CONFIG, "enabled": False}
    )
    done = snakemake("slack/hello.json", env={})
    assert done.returncode == 0, done.stderr
    assert json.loads((study / "slack" / "hello.json").read_text())["status"] == "disabled"
