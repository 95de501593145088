"""Approvals without Snakemake: terms, reaction names, and the pace that questions share."""

import time
from pathlib import Path

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.sandbox import people
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session import approvals
from slack_wrapper.session.approval_terms import Terms, reaction, span, terms, votes
from slack_wrapper.session.base import PENDING
from slack_wrapper.session.local import LocalSession
from slack_wrapper.session.open import open_local
from slack_wrapper.session.request import APPROVAL_PARAMETERS, Request, build


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
    monkeypatch.setattr(approvals, "SPACING", 1000.0)
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
    made = approvals.Approvals(courier=None)  # type: ignore[arg-type]
    ages = (0, 100, 600, 100_000)
    found = [made._pause({"ts": str(time.time() - age)}) for age in ages]
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
        people.react(sandbox.messages()[0], "x", "U00000ADA")  # on the old question
    assert len(sandbox.messages()) <= 2


def test_without_the_scope_for_reactions_people_make_them(
    session: LocalSession, sandbox: Sandbox
) -> None:
    sandbox.store.data["tokens"][0]["scopes"].remove("reactions:write")
    assert session.post(asking())["status"] == PENDING
    assert "reactions" not in sandbox.messages()[0]
