"""`slack-wrapper check`: each question with its answer, and nothing posted."""

import json
import re
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run

ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
CONFIG = {
    "encrypted_key": "keys/slack-api.enc",
    "channel": "librec_channel",
    "posts": {"plot": {"file": "a.png"}, "person": {"channel": {"email": "ada@example.org"}}},
}


def check(study: Path, command: Run, env: dict[str, str] = ENV, **changed: object):
    (study / "c.json").write_text(json.dumps({"slack": {**CONFIG, **changed}}))
    return command("check", "--configfile", "c.json", env=env)


def test_all_is_well(study: Path, sandbox: Sandbox, command: Run) -> None:
    done = check(study, command)
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = done.stdout.splitlines()
    assert [line[0] for line in lines] == ["✓"] * len(lines)
    assert last.startswith("checked ")
    for said in (
        "key keys/slack-api.enc +opens",
        "token +smkbot in",
        "clock +within",
        "proxy +none",
        "scope files:write +granted",
        "scope im:write",
        "files .png +taken",
        "channel librec_channel +the bot is a member",
        "ada@example.org +a person",
    ):
        assert re.search(said, done.stdout)
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("changed", "line", "hint"),
    [
        ({"encrypted_key": "none.enc"}, "✗ key none.enc", "slack-wrapper encrypt"),
        ({"channel": "nowhere"}, "✗ channel nowhere", "/invite"),
        ({"channel": "general"}, "✗ channel general +the bot is not a member", "/invite @smkbot"),
        ({"channel": "C0000OLDLAB"}, "✗ channel C0000OLDLAB +archived", "unarchive"),
    ],
)
def test_what_could_not_succeed_is_marked(
    study: Path, sandbox: Sandbox, command: Run, changed: dict, line: str, hint: str
) -> None:
    done = check(study, command, **changed)
    assert done.returncode == 1
    found = re.search(line, done.stdout)
    assert found, done.stdout
    after = done.stdout[found.start() :].splitlines()
    assert after[1].startswith("    hint: ")
    assert hint in after[1]


def test_a_wrong_password_and_a_wrong_token_are_marked(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    assert "does not open" in check(study, command, {"SLACK_WRAPPER_PASSWORD": "no"}).stdout
    sandbox.store.data["tokens"].clear()
    assert re.search("✗ token +Slack refused auth.test: inv", check(study, command).stdout)


def test_a_missing_scope_is_marked(study: Path, sandbox: Sandbox, command: Run) -> None:
    sandbox.store.data["tokens"][0]["scopes"] = ["chat:write"]
    done = check(study, command)
    assert done.returncode == 1
    assert re.search("✓ scope chat:write +granted", done.stdout)
    assert re.search("✗ scope files:write +missing", done.stdout)


def test_json(study: Path, sandbox: Sandbox, command: Run) -> None:
    arguments = ("--encrypted-key", "keys/slack-api.enc", "--channel", "general", "--json")
    done = command("check", *arguments, env=ENV)
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert (
        found["channel general"]["told"]
        == "public; messages get there, files and approvals would not"
    )


def test_slack_is_asked_about_blocks_tables_and_charts(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / "good.json").write_text('[{"type": "divider"}]')
    chart = {"type": "bar", "x": "a", "y": "b"}
    posts = {
        "good": {"blocks": "good.json"},
        "bad": {"blocks": [{"type": "hologram"}]},
        "later": {"blocks": "none.json"},
        "drawn": {"table": "t.tsv", "chart": chart},
    }
    done = check(study, command, posts=posts)
    assert done.returncode == 1
    for said in (
        "✓ blocks of post good +Slack takes them",
        r"✗ blocks of post bad +Slack refuses blocks\[0\].type unsupported type: hologram",
        "✓ blocks of post later +not known before the run",
        "✓ tables +Slack draws them: data_table",
        "✓ charts +Slack draws them: data_visualization",
    ):
        assert re.search(said, done.stdout), done.stdout
    sandbox.faults.add(Fault("blocks.validate", "error", code="unknown_method", times=9))
    done = check(study, command, posts={"drawn": {"table": "t.tsv", "chart": chart}})
    assert done.returncode == 0, done.stdout
    assert re.search("✓ charts +Slack was not asked: unknown_method", done.stdout)
