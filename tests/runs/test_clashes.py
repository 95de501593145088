"""Workflows that have what we bring: rules of our names, a `slack:` section, a strict schema."""

import json
from pathlib import Path

import pytest

from slack_wrapper import locate
from slack_wrapper.errors import RequestError
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, receipt, shown, write

OWN_RULE = """
rule slack_message:
    output: "own.txt"
    shell: "echo own > {output}"
"""
RENAMED = """
import slack_wrapper
include: slack_wrapper.rules("slack.smk", prefix="lab_")
use rule lab_slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
"""
OURS_BY_MODULE = f"""
import slack_wrapper
OURS = {{"slack": {CONFIG!r}}}
module slack:
    snakefile: slack_wrapper.rules("slack.smk")
    config: OURS
use rule * from slack
module slack_hooks:
    snakefile: slack_wrapper.rules("hooks.smk")
    config: OURS
use rule * from slack_hooks
"""
HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello"
"""


@pytest.mark.parametrize(
    "text",
    [OWN_RULE + INCLUDE, INCLUDE + OWN_RULE, OWN_RULE + INCLUDE.replace("slack.smk", "hooks.smk")],
    ids=["before", "behind", "hooks"],
)
def test_a_rule_of_our_name_is_told_with_the_way_out(
    text: str, study: Path, snakemake: Run
) -> None:
    write(study, text, CONFIG)
    done = snakemake("own.txt", "-n")
    if "hooks.smk" in text:  # which brings no rule
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1
    assert "the workflow has a rule slack_message of its own" in done.stdout + done.stderr
    assert 'slack_wrapper.rules("slack.smk", prefix="lab_")' in done.stdout + done.stderr
    assert "use rule * from slack as lab_*" in done.stdout + done.stderr


def test_other_rules_of_one_name_are_refused_as_ever(study: Path, snakemake: Run) -> None:
    other = 'rule mine:\n    output: "{n}.txt"\n    shell: "touch {{output}}"\n'
    write(study, INCLUDE + other.format(n=1) + other.format(n=2), CONFIG)
    done = snakemake("1.txt", "-n")
    assert done.returncode == 1
    assert "The name mine is already used by another rule" in done.stdout + done.stderr
    assert "slack-wrapper:" not in done.stdout + done.stderr


@pytest.mark.parametrize("order", [OWN_RULE + RENAMED, RENAMED + OWN_RULE], ids=["own", "ours"])
def test_rules_with_a_prefix_stand_beside_them(
    order: str, study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, order, CONFIG)
    done = snakemake("own.txt", "slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert shown(sandbox) == ["hello"]
    assert (study / "own.txt").read_text() == "own\n"


def test_a_prefix_is_no_reason_to_post_again(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    assert snakemake("slack/hello.json").returncode == 0
    for text in (RENAMED, RENAMED.replace("lab_", "our_"), INCLUDE + HELLO):
        write(study, text, CONFIG)
        done = snakemake("slack/hello.json")
        assert "Nothing to be done" in done.stdout + done.stderr
    assert shown(sandbox) == ["hello"]


def test_declared_posts_have_the_prefix_too(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, RENAMED, {**CONFIG, "posts": {"a": {"message": "declared"}}})
    done = snakemake("lab_slack_posts")
    assert done.returncode == 0, done.stderr
    assert shown(sandbox) == ["declared"]


@pytest.mark.parametrize("prefix", ["1a", "a-b", "../x", "a b"])
def test_a_prefix_that_begins_no_name_is_refused(prefix: str, study: Path) -> None:
    with pytest.raises(RequestError, match="is not the beginning of a rule's name"):
        locate.rules(prefix=prefix)
    assert not (study / ".snakemake").exists()


FOREIGN = [{"workspace": "lab", "topics": [1]}, {"token": "xoxb-1", "channel": "a"}, "#results",
           {"channel": "a", "webhook_url": "https://x"}]  # fmt: skip


@pytest.mark.parametrize("foreign", FOREIGN, ids=["keys", "token", "text", "mixed"])
@pytest.mark.parametrize("file", ["slack.smk", "hooks.smk"])
def test_a_section_of_another_tool_is_told_with_the_way_out(
    file: str, foreign: object, study: Path, snakemake: Run
) -> None:
    write(study, INCLUDE.replace("slack.smk", file) + OWN_RULE.replace("slack_", ""), {})
    (study / "config.json").write_text(json.dumps({"slack": foreign}))
    done = snakemake("own.txt", "-n")
    assert done.returncode == 1
    assert '"A config that others read" in docs/config.md' in done.stdout + done.stderr


def test_ours_by_module_leave_the_other_section_as_it_is(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    foreign = {"workspace": "lab", "password": "theirs", "dry_run": "true"}
    own = 'rule own:\n    output: "own.txt"\n    shell: "echo {config[slack]} > {output}"\n'
    write(study, OURS_BY_MODULE + HELLO + own, {})
    (study / "config.json").write_text(json.dumps({"slack": foreign}))
    done = snakemake("own.txt", "slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert [text.split()[-1] == "hello" for text in shown(sandbox)] == [False, True]
    assert "succeeded" in shown(sandbox)[0]
    assert receipt(study, "hello")["status"] == "delivered"
    assert (study / "own.txt").read_text() == str(foreign).replace("'", "") + "\n"


def test_a_strict_schema(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    strict: dict = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "additionalProperties": False,
    }
    check = "from snakemake.utils import validate\nvalidate(config, 'schema.json')\n"
    (study / "schema.json").write_text(json.dumps(strict))
    write(study, check + INCLUDE + HELLO, CONFIG)
    assert snakemake("slack/hello.json").returncode == 1  # the control: Snakemake refuses ours
    write(study, check + OURS_BY_MODULE + HELLO, {})
    (study / "config.json").write_text('{"n": 1}')
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    strict["properties"]["slack"] = {"type": "object"}
    (study / "schema.json").write_text(json.dumps(strict))
    write(study, check + INCLUDE + HELLO.replace("hello", "again"), CONFIG)
    done = snakemake("slack/again.json")
    assert done.returncode == 0, done.stderr
