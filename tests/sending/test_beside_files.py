"""What is said beside files: as blocks, without them where they are refused, and never twice."""

from pathlib import Path

import pytest

from slack_wrapper.errors import SlackAmbiguous
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending import attempt
from slack_wrapper.session.factory import open_local
from tests.support.records import WholeRun

COMPLETE = "files.completeUploadExternal"
PNG = b"\x89PNG"
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """A folder with files, in which nobody waits for long."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    monkeypatch.setattr(attempt, "_PLAIN_ONLY", set())
    for number in range(31):
        (tmp_path / f"{number}.png").write_bytes(PNG + bytes([number]))
    return tmp_path


def post(session=None, **params) -> dict:
    given = {"channel": "librec_channel", "thread": "none", "on_failure": "fail", **params}
    return (session or open_local({})).post(build(given))


def files(count: int) -> list[str]:
    return [f"{number}.png" for number in range(count)]


def test_links_and_mentions_work(sandbox: Sandbox) -> None:
    post(file="0.png", comment="<@U00000ADA> see <https://lab.org|this>", fields={"a": "b"},
         footer="the end")  # fmt: skip
    (message,) = sandbox.messages()
    assert [block["type"] for block in message["blocks"]] == ["section", "section", "context"]
    assert message["text"] == "<@U00000ADA> see <https://lab.org|this>"
    (call,) = sandbox.calls(COMPLETE)
    assert "initial_comment" not in call["args"]


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_arguments", "msg_blocks_too_long"])
def test_refused_blocks_become_a_text_and_that_is_remembered(sandbox: Sandbox, code: str) -> None:
    sandbox.faults.add(Fault(COMPLETE, "error", code=code))
    session = open_local({})
    post(session, file="0.png", comment="look", fields={"a": "b"}, footer="the end")
    post(session, file="1.png", comment="and this")
    assert [message["text"] for message in sandbox.messages()] == ["look\n*a*: b\nthe end",
                                                                   "and this"]  # fmt: skip
    assert ["blocks" in call["args"] for call in sandbox.calls(COMPLETE)] == [True, False, False]


def test_blocks_of_the_author_that_are_refused_follow_and_prove_nothing(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(COMPLETE, "error", code="invalid_blocks"))
    session, block = open_local({}), {"type": "divider"}
    post(session, file="0.png", comment="look", blocks=[block])
    post(session, file="1.png", comment="and this")
    first, reply, second = sandbox.messages()
    assert (first["text"], reply["blocks"], reply["thread_ts"]) == ("look", [block], first["ts"])
    assert "blocks" in second


def test_blocks_that_are_not_shown_beside_files_follow(sandbox: Sandbox) -> None:
    receipt = post(file="0.png", comment="look", blocks=[TABLE])
    message, reply = sandbox.messages()
    assert (message["text"], reply["blocks"], reply["thread_ts"]) == (
        "look",
        [TABLE],
        receipt["ts"],
    )


@pytest.mark.parametrize("kind", ["reset", "truncate"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unclear_outcome_is_settled_in_its_form(sandbox: Sandbox, kind: str, when: str) -> None:
    sandbox.faults.add(Fault(COMPLETE, kind, when=when))
    post(file="0.png", comment="look")
    assert [message["text"] for message in sandbox.messages()] == ["look"]
    assert all("initial_comment" not in call["args"] for call in sandbox.calls(COMPLETE))


def test_an_unclear_outcome_that_cannot_be_settled_has_no_other_form(sandbox: Sandbox) -> None:
    with sandbox.store.change() as data:
        data["tokens"][0]["scopes"] = ["files:write", "channels:read"]
    sandbox.faults.add(Fault(COMPLETE, "reset", when="after"))
    with pytest.raises(SlackAmbiguous):
        post(file="0.png", comment="look")
    assert len(sandbox.calls(COMPLETE)) == len(sandbox.messages()) == 1


def test_files_are_split_and_each_message_is_settled_on_its_own(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(COMPLETE, "reset", when="after", skip=1))
    receipt = post(file=files(31), comment="all of them", alt=[f"plot {n}" for n in range(31)])
    counts = [len(message["files"]) for message in sandbox.messages()]
    assert counts == [10, 10, 10, 1]
    root, *replies = sandbox.messages()
    assert [message.get("thread_ts") for message in replies] == [root["ts"]] * 3
    assert [len(one["files"]) for one in (receipt, *receipt["replies"])] == counts
    assert [one["ts"] for one in receipt["replies"]] == [one["ts"] for one in replies]
    told = {entry["name"]: entry["alt_txt"] for entry in sandbox.store.data["files"].values()}
    assert told == {f"{number}.png": f"plot {number}" for number in range(31)}


def test_many_files_of_a_shared_line_are_split(sandbox: Sandbox) -> None:
    session = open_local({}, records=WholeRun())
    params = {"channel": "librec_channel", "coalesce": "All", "file": files(12), "comment": "mine"}
    receipt = session.post(build(params, receipt="slack/a.json", rule="a"))
    session.digests.close()
    root, *replies = sandbox.messages()
    assert [(one["text"], len(one["files"])) for one in replies] == [("mine", 10), ("", 2)]
    assert [one["thread_ts"] for one in replies] == [root["ts"]] * 2
    assert [len(one["files"]) for one in receipt["replies"]] == [10, 2]


def test_the_sandbox_takes_no_fifteenth_file(sandbox: Sandbox) -> None:
    receipt = post(file=files(14), max_files=14)
    assert len(receipt["files"]) == 14
    workspace = open_local({}).workspace(None)
    with pytest.raises(SlackAmbiguous, match="internal_error"):
        workspace.transport.call(COMPLETE, {"files": [{"id": f"F{n}"} for n in range(15)]})


def test_a_picture_is_told_by_its_title(sandbox: Sandbox, place: Path) -> None:
    (place / "a.txt").write_text("text")
    post(file="0.png", message="NDCG of all")
    post(file="a.txt", message="numbers")
    told = [entry.get("alt_txt") for entry in sandbox.store.data["files"].values()]
    assert told == ["NDCG of all", None]
