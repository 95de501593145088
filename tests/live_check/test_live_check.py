"""`slack-wrapper check --live`: what is believed of Slack, against servers that agree or differ."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from slack_wrapper.cli.manifest import FEATURES
from slack_wrapper.common.patience import scaled
from slack_wrapper.live_check import check as checking
from slack_wrapper.live_check.belief import Belief, Shown, result, table
from slack_wrapper.live_check.lab import BETWEEN, Lab
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from tests.conftest import Run

CHANNEL = "librec_channel"
ADA = "ada@example.org"
LIVE = ("check", "--live", CHANNEL, "--yes")


@pytest.fixture
def lab(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab on the sandbox, in which nobody waits."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    return Lab(open_local({}), None, CHANNEL, person=ADA, folder=study)


def named(name: str) -> Belief:
    return next(one for one in checking.BELIEFS if one.name == name)


def left(sandbox: Sandbox) -> list[str]:
    """What is still in any channel, or stored as a file."""
    data = sandbox.store.data
    messages = [str(one) for shown in data["messages"].values() for one in shown]
    return [*messages, *(name for name, one in data["files"].items() if not one.get("deleted"))]


@pytest.mark.parametrize("belief", checking.BELIEFS, ids=lambda one: one.name)
def test_the_sandbox_is_as_believed(belief: Belief, lab: Lab, sandbox: Sandbox) -> None:
    results = list(checking.check(lab, [belief]))
    assert [(one.belief.name, one.good, one.told) for one in results] == [
        (belief.name, True, "as expected"),
        ("clean-up", True, "all is deleted"),
    ]
    assert left(sandbox) == []


def test_the_command_shows_a_table_and_leaves_nothing(
    command: Run, sandbox: Sandbox, study: Path
) -> None:
    before = sorted(study.rglob("*"))
    done = command(*LIVE, "--person", ADA, env={"SLACK_BOT_TOKEN": sandbox.token})
    assert done.returncode == 0, done.stdout + done.stderr
    rows = done.stdout.splitlines()
    assert [row.split("  ")[0] for row in rows] == [
        *(f"✓ {one.name}" for one in checking.BELIEFS), "✓ clean-up"
    ]  # fmt: skip
    kinds = len(checking.BELIEFS)
    assert f"posts messages and files of {kinds} kinds to {CHANNEL} of Sandbox Lab" in done.stderr
    assert left(sandbox) == []
    assert sorted(study.rglob("*")) == before


def test_the_record_holds_no_secret(command: Run, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("chat.update", "error", code="cant_update_message", times=9))
    done = command(*LIVE, "--json", "--features", "message", env={"SLACK_BOT_TOKEN": sandbox.token})
    assert done.returncode == 1, done.stderr
    record = json.loads(done.stdout)
    differs = [one for one in record["beliefs"] if one["as_expected"] is False]
    assert [one["belief"] for one in differs] == ["update"]
    assert "cant_update_message" in differs[0]["told"]
    assert sandbox.token not in done.stdout + done.stderr
    assert not re.search(r"xox[a-z]-", done.stdout + done.stderr)


def test_a_scope_that_is_missing_is_told_and_the_rest_is_tried(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("reactions.add", "error", code="missing_scope", times=9))
    results = list(checking.check(lab, [named("reaction"), named("thread")]))
    assert [(one.belief.name, one.good) for one in results] == [
        ("reaction", False), ("thread", True), ("clean-up", True)
    ]  # fmt: skip
    assert results[0].told.startswith("Slack said missing_scope")


Change = Callable[[dict], dict]


@pytest.mark.parametrize(
    ("belief", "method", "change", "fact"),
    [
        ("message", "conversations.history", lambda m: {**m, "text": "another"}, "text"),
        ("message", "conversations.history", lambda m: {**m, "metadata": {}}, "key"),
        ("blocks", "conversations.history", lambda m: {**m, "blocks": []}, "divider"),
        ("thread", "conversations.replies", lambda m: {**m, "thread_ts": "1.000001"}, "thread_ts"),
        ("broadcast", "conversations.replies", lambda m: {**m, "subtype": ""}, "subtype"),
        ("update", "conversations.history", lambda m: {**m, "edited": None}, "edited"),
        ("several files", "conversations.history", lambda m: {**m, "files": []}, "files"),
        ("several files", "conversations.history", lambda m: {**m, "blocks": [], "text": "live"},
         "mention"),
    ],
)  # fmt: skip
def test_what_slack_shows_otherwise_is_a_difference(
    lab: Lab, belief: str, method: str, change: Change, fact: str
) -> None:
    call = lab.call

    def otherwise(name: str, **arguments: object) -> dict:
        answer = call(name, **arguments)
        if name == method:
            answer["messages"] = [change(one) for one in answer["messages"]]
        return answer

    lab.call = otherwise  # type: ignore[method-assign]
    found = next(iter(checking.check(lab, [named(belief)])))
    assert found.good is False
    assert fact in found.said


def test_it_is_cleaned_up_when_a_trial_breaks_off(lab: Lab, sandbox: Sandbox) -> None:
    def interrupted(place: Lab) -> Shown:
        place.post(message="half a trial")
        raise KeyboardInterrupt

    broken = Belief("broken", "", "message", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(checking.check(lab, [broken]))
    assert left(sandbox) == []


def test_what_cannot_be_deleted_is_named(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("chat.delete", "error", code="restricted_action", times=9))
    *_, cleaned = checking.check(lab, [named("message")])
    assert cleaned.good is False
    assert re.search(r"message \d+\.\d+ in C0000LIBREC \(restricted_action\)", cleaned.told)


def test_visible_calls_are_a_second_apart(lab: Lab) -> None:
    waits: list[float] = []
    lab.wait = waits.append
    list(checking.check(lab, [named("message"), named("thread"), named("update")]))
    assert waits.count(scaled(BETWEEN)) == 5  # two roots, a reply, a message, its change


def test_without_a_person_no_direct_message_is_tried(lab: Lab) -> None:
    lab.person = ""
    found = next(iter(checking.check(lab, [named("direct message")])))
    assert (found.good, found.told) == (None, "not tried: name a person with --person")


def test_each_feature_has_a_belief_and_each_belief_a_feature() -> None:
    assert {one.feature for one in checking.BELIEFS} <= set(FEATURES)
    assert set(FEATURES) - {one.feature for one in checking.BELIEFS} == {"settle"}


def test_a_webhook_cannot_be_checked(command: Run) -> None:
    done = command(
        *LIVE, env={"SLACK_BOT_TOKEN": "https://hooks.slack.com/services/T1/B1/" + "x" * 24}
    )
    assert done.returncode == 2
    assert "a webhook cannot read what it has posted\nhint: give the key file" in done.stderr


def test_a_table_and_a_record_mask_what_looks_secret() -> None:
    belief = Belief("one", "", "message", lambda _: "")
    token = "xoxb-1234567890-" + "a" * 24
    found = result(belief, Shown({"text": "a"}, {"text": token}))
    assert token not in table([found]) + json.dumps(found.to_dict())
    assert found.good is False
