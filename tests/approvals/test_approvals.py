"""Approvals without Snakemake: terms, reaction names, and the pace that questions share."""

from pathlib import Path

import pytest

from slack_wrapper.approvals import open_questions
from slack_wrapper.errors import RequestError, SlackRefused
from slack_wrapper.message.approval_terms import Terms, reaction, span, terms, votes
from slack_wrapper.message.parameter_names import APPROVAL_PARAMETERS
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import PENDING
from slack_wrapper.model.request import Request
from slack_wrapper.preflight import preflight
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession


@pytest.mark.parametrize(
    ("text", "name"),
    [("✅", "white_check_mark"), ("✔️", "heavy_check_mark"), (":thumbsup:", "+1"), ("👍🏽", "+1"),
     ("+1::skin-tone-3", "+1"), ("thumbsdown", "-1"), (":our-Parrot:", "our-parrot"),
     ("🛑", "octagonal_sign")],
)  # fmt: skip
def test_reactions_by_emoji_name_and_alias(text: str, name: str) -> None:
    assert reaction(text, "approve", "step ask") == name


@pytest.mark.parametrize("text", ["🦄", "", "::"])
def test_reactions_that_are_not_known(text: str) -> None:
    with pytest.raises(RequestError, match="step ask: approve is"):
        reaction(text, "approve", "step ask")


def test_terms_come_through_json() -> None:
    given = {"approve": ["✅", "👍"],
             "approvers": {"users": ["@ada", "a@b.org"], "groups": "pilots"},
             "time_limit": "2d", "remind_every": 3600, "on_reject": "skip"}  # fmt: skip
    made = terms(given, "step ask")
    assert made.approvers == ("user:ada", "user:a@b.org", "group:pilots")
    assert (made.approve, made.time_limit) == (("white_check_mark", "+1"), 172_800)
    assert Terms.from_dict(made.to_dict()) == made
    assert terms({"approvers": "anyone"}, "step ask") == Terms()


def test_votes_leave_skin_tones_off() -> None:
    seen = [{"name": "+1::skin-tone-2", "users": ["U1"]}, {"name": "+1", "users": ["U2"]},
            {"name": "tada", "users": ["U3"]}]  # fmt: skip
    assert votes(seen, ["+1"]) == [("+1", "U1"), ("+1", "U2")]


def test_spans() -> None:
    assert [span(one) for one in (90, 3600, 129_600, 0.2)] == [
        "1 min 30 s",
        "1 h",
        "1 d 12 h",
        "0.2 s",
    ]


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 7200.0])
def test_its_time_is_slacks_whatever_this_machines_clock_says(
    session: LocalSession, sandbox: Sandbox, ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_questions, "SPACING", 0.0)
    monkeypatch.setattr(open_questions.OpenQuestions, "pause", lambda *_: 0.0)
    sandbox.store.ahead = ahead
    terms = {"time_limit": "1h", "on_timeout": "skip"}
    assert session.post(asking(**terms))["status"] == PENDING
    sandbox.store.ahead += 3000.0
    assert session.post(asking(**terms))["status"] == PENDING
    sandbox.store.ahead += 700.0
    assert session.post(asking(**terms))["decision"] == "timed_out"
    assert len([one for one in sandbox.messages() if "Question" in one["text"]]) == 1


@pytest.mark.parametrize("name", APPROVAL_PARAMETERS)
def test_its_parameters_go_with_no_other_option(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name} goes with option approval only"):
        build({"message": "hello", "channel": "general", name: "1h"})


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    return open_local({})


def asking(number: int = 0, **params: str) -> Request:
    given = {"option": "approval", "message": f"Question {number}?", "channel": "librec_channel"}
    return build({**given, **params}, receipt=f"slack/{number}.json", rule="ask")


def looks(sandbox: Sandbox) -> int:
    return len(sandbox.calls("reactions.get"))


def test_many_questions_share_one_pace(
    session: LocalSession, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While none has its turn, no question asks Slack, however often its step comes."""
    monkeypatch.setattr(open_questions, "SPACING", 1000.0)
    first = session.post(asking(0))
    assert first["status"] == PENDING
    assert looks(sandbox) == 1
    waits = [session.post(asking(number))["wait"] for number in (0, 0, 1, 2, 1)]
    assert looks(sandbox) == 1
    assert len(sandbox.messages()) == 1
    for wait, turn in zip(waits, (1000, 1000, 1000, 2000, 1000), strict=True):
        assert turn - 60 < wait <= turn


def test_retry_after_holds_all_questions(session: LocalSession, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("reactions.get", "http", status=429, headers={"Retry-After": "500"}))
    first = session.post(asking(0))
    assert 400 < first["wait"] <= 501
    assert "limits reactions.get" in first["trouble"]
    second = session.post(asking(1))
    assert 400 < second["wait"] <= 501
    assert looks(sandbox) == 1
    assert len(sandbox.messages()) == 1


def test_looks_get_rarer_with_age() -> None:
    made = open_questions.OpenQuestions()
    ages = (0.0, 100.0, 600.0, 100_000.0)
    found = [made.pause(age) for age in ages]
    assert [round(one) for one in found] == [3, 5, 30, 60]


def test_a_dry_run_asks_nobody(study: Path, sandbox: Sandbox) -> None:
    receipt = open_local({"dry_run": True}).post(asking())
    assert (receipt["status"], receipt["decision"]) == ("dry_run", None)
    assert sandbox.messages() == []


def test_a_changed_question_is_another_one(session: LocalSession, sandbox: Sandbox) -> None:
    session.post(asking())
    session.post(asking(message="Really?"))
    other = session.post(asking(message="Really?"))
    assert other["status"] == PENDING
    with sandbox.store.change():
        reactions.react(sandbox.messages()[0], "x", "U00000ADA")  # on the old question
    assert len(sandbox.messages()) <= 2


def test_without_the_scope_for_reactions_people_make_them(
    session: LocalSession, sandbox: Sandbox
) -> None:
    sandbox.store.data["tokens"][0]["scopes"].remove("reactions:write")
    assert session.post(asking())["status"] == PENDING
    assert "reactions" not in sandbox.messages()[0]


EMPTY = ([], {}, (), "", " ", None, [""], {"users": [], "groups": []}, {"users": None},
         {"here": False})  # fmt: skip
EVERYBODY = ("here", "@channel", "<!everyone>", ["U00000ADA", "here"], {"here": True},
             ["anyone", "U00000ADA"])  # fmt: skip


@pytest.mark.parametrize("approvers", [*EMPTY, *EVERYBODY, 5, True, {"people": ["ada"]}])
def test_approvers_that_name_nobody_are_refused(approvers: object) -> None:
    """An empty list never means anyone, and no channel is notified that cannot answer."""
    with pytest.raises(RequestError, match="step ask: approvers"):
        terms({"approvers": approvers}, "step ask")


def test_without_approvers_anyone_may_answer() -> None:
    assert terms({}, "step ask").approvers == ()


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_no_reaction_is_not_an_answer(name: str) -> None:
    with pytest.raises(RequestError, match=f"step ask: {name}"):
        terms({name: []}, "step ask")


# What Slack tells of a person → whether the answer counts: anyone's, by name, by group.
KINDS = [
    ({}, True, True, True),
    ({"is_app_user": True}, True, True, True),  # somebody who has installed an app, not a bot
    ({"is_bot": True}, False, False, False),
    ({"is_workflow_bot": True}, False, False, False),
    ({"deleted": True}, False, False, False),
    ({"is_restricted": True}, False, True, False),
    ({"is_ultra_restricted": True, "is_restricted": True}, False, True, False),
    ({"is_stranger": True}, False, True, False),
    ({"team_id": "T9999OTHER"}, False, True, False),  # Slack Connect, in a channel that is shared
    ({"team_id": "E1", "enterprise_user": {"teams": ["T0000TEAM"]}}, True, True, True),
]


ASKED = [{}, {"approvers": "U00000ADA"}, {"approvers": "S0000PILOT"}]


@pytest.mark.parametrize("case", range(3), ids=["anyone", "by name", "by group"])
@pytest.mark.parametrize(("told", "anyone", "by_name", "by_group"), KINDS)
def test_whose_answer_counts(
    session: LocalSession, sandbox: Sandbox, told: dict[str, object], *, anyone: bool,
    by_name: bool, by_group: bool, case: int,
) -> None:  # fmt: skip
    data = sandbox.store.data
    data["usergroups"] = [{"id": "S0000PILOT", "handle": "p", "users": ["U00000ADA"]}]
    request = asking(**ASKED[case])
    session.post(request)
    with sandbox.store.change():  # who is deactivated later had reacted before
        reactions.react(sandbox.messages()[-1], "white_check_mark", "U00000ADA")
        next(one for one in data["users"] if one["id"] == "U00000ADA").update(told)
    forget(session)
    assert ("decision" in session.post(request)) is (anyone, by_name, by_group)[case]


def forget(session: LocalSession) -> None:
    """Let a minute pass for what is remembered of questions and people."""
    made = session._approvals
    made._people.clear()
    for known in made._open._open.values():
        known.turn = 0.0


def test_without_users_read_no_answer_counts(session: LocalSession, sandbox: Sandbox) -> None:
    """A bot cannot be told from people then: its reaction approves nothing, and the step says why.

    The control: with the scope, the same reaction of a person approves.
    """
    data = sandbox.store.data
    data["tokens"][0]["scopes"].remove("users:read")
    data["users"].append({"id": "U000OTHERBOT", "name": "robot", "is_bot": True})
    session.post(asking())
    with sandbox.store.change():
        reactions.react(sandbox.messages()[0], "white_check_mark", "U000OTHERBOT")
    forget(session)
    receipt = session.post(asking())
    assert receipt["status"] == PENDING
    assert "users:read" in receipt["trouble"] or "users.info" in receipt["trouble"]
    data["tokens"][0]["scopes"].append("users:read")
    with sandbox.store.change():
        reactions.react(sandbox.messages()[0], "white_check_mark", "U00000ADA")
    forget(session)
    assert session.post(asking())["decided_by"]["id"] == "U00000ADA"


@pytest.mark.parametrize("who", ["U00000BOT", "U000OTHERBOT", "U00000OLD", "S000000EMPTY"])
def test_a_question_that_nobody_could_answer_is_not_asked(
    session: LocalSession, sandbox: Sandbox, who: str
) -> None:
    data = sandbox.store.data
    data["users"] += [{"id": "U000OTHERBOT", "name": "robot", "is_bot": True},
                      {"id": "U00000OLD", "name": "old", "deleted": True}]  # fmt: skip
    data["usergroups"] = [{"id": "S000000EMPTY", "handle": "empty", "users": []}]
    with pytest.raises(SlackRefused, match="none of the approvers can answer"):
        session.post(asking(approvers=who))
    assert sandbox.messages() == []


def test_who_has_left_a_group_does_not_count(session: LocalSession, sandbox: Sandbox) -> None:
    """A yes is asked for again: the members that were seen a moment ago do not decide."""
    group = {"id": "S0000PILOT", "handle": "pilots", "users": ["U00000ADA", "U0000GRACE"]}
    sandbox.store.data["usergroups"] = [group]
    request = asking(approvers="S0000PILOT")
    session.post(request)  # the members are known now
    with sandbox.store.change():
        reactions.react(sandbox.messages()[0], "white_check_mark", "U00000ADA")
        group["users"] = ["U0000GRACE"]
    next(iter(session._approvals._open._open.values())).turn = 0.0
    assert session.post(request)["status"] == PENDING
    with sandbox.store.change():
        reactions.react(sandbox.messages()[0], "white_check_mark", "U0000GRACE")
    next(iter(session._approvals._open._open.values())).turn = 0.0
    assert session.post(request)["decided_by"]["id"] == "U0000GRACE"


def test_the_preflight_demands_the_scope_that_tells_bots_from_people(
    session: LocalSession, sandbox: Sandbox
) -> None:
    """Beside it a message, which needs no such scope."""
    message = build({"message": "hello", "channel": "librec_channel"})
    sandbox.store.data["tokens"][0]["scopes"].remove("users:read")
    wrong = [one for one in preflight.check(session, [asking(), message]) if not one.good]
    assert [(one.what, len(one.blocked)) for one in wrong] == [("scope users:read", 1)]


def test_a_reminder_is_said_once_each_time(
    session: LocalSession, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_questions, "SPACING", 0.0)
    monkeypatch.setattr(open_questions.OpenQuestions, "pause", lambda *_: 0.0)
    said = []
    for sandbox.store.ahead in (0.0, 5400.0, 5400.0, 5401.0, 9000.0, 9001.0):
        session.post(asking(remind_every="1h", time_limit="1d"))
        said.append(sum("still open" in message["text"] for message in sandbox.messages()))
    assert said == [0, 1, 1, 1, 2, 2]
