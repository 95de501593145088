"""What a preflight finds of channels, people and tokens, and how often it asks."""

import json
from pathlib import Path

import pytest

from slack_wrapper.client import lookup
from slack_wrapper.message.parameters import build
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.preflight.preflight import check
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local

FOREVER = 10**6


@pytest.fixture
def token(sandbox: Sandbox, study: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the sandbox knows of the token."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    found: dict = sandbox.store.data["tokens"][0]
    return found


def find(*channels: str, seconds: float = 10.0, **params: object) -> dict[str, Finding]:
    """Return the findings for a post to some channels, each by what was looked at."""
    given = {"channel": list(channels), **params}
    if "file" not in given:
        given["message"] = "x"
    return {one.what: one for one in check(open_local({}), [build(given)], seconds=seconds)}


def test_thirty_channels_are_one_call(sandbox: Sandbox, token: dict) -> None:
    names = [f"c{n}" for n in range(30)]
    sandbox.store.data["channels"] += [
        {"id": f"C{n:08d}", "name": name, "members": ["U00000BOT"]} for n, name in enumerate(names)
    ]
    found = find(*names)
    assert all(found[f"channel {name}"].told == "the bot is a member" for name in names)
    assert [call["method"] for call in sandbox.store.calls] == ["auth.test", "conversations.list"]


def test_a_name_that_was_taken_over_is_the_new_channels(sandbox: Sandbox, token: dict) -> None:
    assert find("librec_channel", file="a.png")["channel librec_channel"].good
    sandbox.store.data["channels"][0]["name"] = "old-study"
    made = {"id": "C0000TAKEN", "name": "librec_channel", "members": []}
    sandbox.store.data["channels"].append(made)
    found = find("librec_channel", file="a.png")["channel librec_channel"]
    assert not found.good
    assert found.blocked


@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_what_cannot_be_found_out_in_time_blocks_nothing(
    sandbox: Sandbox, token: dict, seconds: float
) -> None:
    sandbox.store.page_most = 1
    found = find("nowhere", seconds=seconds, file="a.png")["channel nowhere"]
    assert not found.good
    assert bool(found.blocked) == (seconds > 0)
    if not found.blocked:
        assert "could not be found out" in found.told
        assert "give the channel's ID" in found.hint


def test_what_the_limits_leave_out_blocks_nothing(
    sandbox: Sandbox, token: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "TIERS", {"conversations.info": 2})
    sandbox.faults.add(Fault("conversations.list", "error", code="missing_scope", times=FOREVER))
    found = find("C0000LIBREC", "C000GENERAL", "C0000OLDLAB", seconds=30.0)
    told = [found[f"channel {one}"].told for one in ("C0000LIBREC", "C000GENERAL", "C0000OLDLAB")]
    assert len([one for one in told if one.startswith("not looked at")]) == 1
    assert len(sandbox.calls("conversations.info")) == 2


@pytest.mark.parametrize(
    ("person", "change", "good", "told"),
    [
        ("U00000ADA", {}, True, "a person, ada"),
        ("ada@example.org", {}, True, "a person"),
        ("U00000ADA", {"deleted": True}, False, "deactivated"),
        ("U00000ADA", {"is_bot": True}, False, "a bot"),
        ("U0000NONE", {}, False, "user_not_found"),
        ("none@example.org", {}, False, "users_not_found"),
    ],
)
def test_people(
    sandbox: Sandbox, token: dict, person: str, change: dict, good: bool, told: str
) -> None:
    sandbox.store.user("U00000ADA").update(change)
    found = find(person)[f"channel {person}"]
    assert (found.good, bool(found.blocked)) == (good, not good)
    assert told in found.told
    assert sandbox.calls("conversations.open") == []  # nobody sees a conversation of it


@pytest.mark.parametrize(
    ("params", "blocked"), [({}, False), ({"file": "a.png"}, True), ({"post_at": "2h"}, True)]
)
def test_the_scope_that_direct_messages_need(
    sandbox: Sandbox, token: dict, params: dict, blocked: bool
) -> None:
    token["scopes"].remove("im:write")
    assert bool(find("U00000ADA", **params)["scope im:write"].blocked) == blocked


def test_without_scopes_a_file_cannot_go_by_name(sandbox: Sandbox, token: dict) -> None:
    token["scopes"].remove("channels:read")
    assert find("librec_channel", file="a.png")["channel librec_channel"].blocked
    assert find("C0000LIBREC", file="a.png")["channel C0000LIBREC"].good
    assert find("librec_channel")["channel librec_channel"].good


def test_a_token_that_rotates(sandbox: Sandbox, token: dict) -> None:
    assert "token expires" not in find("librec_channel")
    token["expires_in"] = 43_200
    found = find("librec_channel")["token expires"]
    assert not found.good
    assert not found.blocked
    assert "12 h" in found.told
    assert "slack-wrapper manifest" in found.hint


def test_the_workspace_of_an_organization(sandbox: Sandbox, token: dict) -> None:
    token["org"] = True
    found = find("librec_channel")
    assert found["workspace"].told == "T0000TEAM, of an organization"
    assert found["channel librec_channel"].good
    teams = [{"id": "T0000TEAM", "name": "Lab"}, {"id": "T0000NEXT", "name": "Next"}]
    sandbox.store.data["teams"] = teams
    assert "T0000NEXT (Next)" in find("C0000LIBREC")["workspace"].hint
    blocked = find("unknown")["channel unknown"]
    assert blocked.blocked
    assert "slack.team_id" in blocked.hint
    assert json.dumps(blocked.to_dict())
