"""A post is its content and destination: how it is sent, and by which release, does not matter."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.model.request import Request
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending import identity
from slack_wrapper.session.local import LocalSession
from tests.spool.conftest import CHANNEL, KEY, request, step, texts

# How it is sent: none of it makes another post.
HOW: list[dict[str, Any]] = [
    {"on_failure": "fail"},
    {"on_failure": "warn"},
    {"rule": "renamed"},
    {"post_at": "now"},
    {"max_files": 3},
    {"encrypted_key": f"./{KEY}"},
    {"encrypted_key": f"data/../{KEY}"},
    {"encrypted_key": "LINK"},
    {"encrypted_key": "ABSOLUTE"},
]
# What Slack shows, or where: each makes another post.
WHAT: list[dict[str, Any]] = [
    {"message": "another text"},
    {"fields": {"NDCG": "0.5"}},
    {"color": "good"},
    {"mention": ["here"]},
    {"blocks": [{"type": "divider"}]},
    {"footer": "a line"},
    {"encrypted_key": "keys/another.enc"},
]


@pytest.fixture
def linked(study: Path) -> None:
    (study / "LINK").symlink_to(KEY)


def killed(session: Callable[[], LocalSession], **params: Any) -> None:
    """Post, and be killed before the receipt is written."""
    session().post(request("hello", **params))


@pytest.mark.parametrize("how", HOW, ids=str)
def test_run_again_in_another_way_it_is_not_posted_twice(
    how: dict[str, Any], session: Callable[[], LocalSession], sandbox: Sandbox, linked: None
) -> None:
    killed(session, message="hello")
    if how.get("encrypted_key") == "ABSOLUTE":
        how = {"encrypted_key": str(Path(KEY).resolve())}
    step(session(), "hello", message="hello", **how)
    assert texts(sandbox) == ["hello"]


@pytest.mark.parametrize("what", WHAT[:-1], ids=str)
def test_what_says_something_else_is_another_post(
    what: dict[str, Any], session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    killed(session, message="hello")
    step(session(), "hello", **{"message": "hello", **what})
    assert len(texts(sandbox)) == 2


def test_a_queued_one_stays_one_under_another_policy(
    session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("chat.postMessage", "error", code="service_unavailable", times=1000))
    assert step(session(), "hello", message="hello")["status"] == "queued"
    assert step(session(), "hello", message="hello", rule="b")["status"] == "queued"
    sandbox.faults.clear()
    assert step(session(), "hello", message="hello", on_failure="fail")["status"] == "delivered"
    session().flush()
    assert texts(sandbox) == ["hello"]


def test_a_queued_one_goes_out_when_its_newest_run_says(
    session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    later = {"file": "data/plot.txt", "post_at": "2100-01-01"}  # slack schedules no files
    assert step(session(), "hello", **later)["status"] == "queued"
    assert session().flush() == []
    step(session(), "hello", file="data/plot.txt")
    session().flush()
    assert texts(sandbox) == ["plot.txt"]


def test_a_file_that_was_touched_is_the_same_and_one_that_has_changed_is_not(
    session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    killed(session, file="data/plot.txt")
    os.utime("data/plot.txt", ns=(1, 1))
    session().post(request("hello", file="./data/plot.txt"))
    assert texts(sandbox) == ["plot.txt"]
    Path("data/plot.txt").write_text("The content of plot\n")  # as long as before
    session().post(request("hello", file="data/plot.txt"))
    assert texts(sandbox) == ["plot.txt", "plot.txt"]


@pytest.mark.parametrize("before", [3, 5, 14])
@pytest.mark.parametrize("after", [2, 4, 14])
def test_files_that_are_there_are_not_posted_again_when_a_message_takes_another_number(
    before: int, after: int, session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    paths = [f"data/{number}.txt" for number in range(12)]
    for path in paths:
        Path(path).write_text(path)
    with pytest.MonkeyPatch.context() as patched:
        run = session()
        real, calls = run.poster.deliver, []

        def killed(*args: Any, **more: Any) -> Any:
            calls.append(1)
            if len(calls) > 2:
                raise KeyboardInterrupt
            return real(*args, **more)

        patched.setattr(run.poster, "deliver", killed)
        with contextlib.suppress(KeyboardInterrupt):
            run.post(request("hello", file=paths, max_files=before))
    assert sandbox.messages()
    receipt = step(session(), "hello", file=paths, max_files=after)
    shown = [file["name"] for one in sandbox.messages() for file in one.get("files", [])]
    assert sorted(shown, key=lambda name: int(name[:-4])) == [path[5:] for path in paths]
    named = [
        file["name"] for one in (receipt, *receipt.get("replies", ())) for file in one["files"]
    ]
    assert named == [path[5:] for path in paths]
    step(session(), "other", file=paths, max_files=after)
    messages = -(12 // -after)
    sizes = [len(one["files"]) for one in sandbox.messages() if one.get("files")][-messages:]
    assert max(sizes) <= after  # the control: what is begun anew is split as it says


def test_each_field_of_a_request_is_content_unless_it_is_named() -> None:
    """Who adds a field decides: content by itself, or how it is sent, in `identity`."""
    assert {spec.name for spec in fields(Request)} >= identity._HOW
    base = Request("message", (CHANNEL,), "hello")
    assert identity.digest_of(base) == identity.digest_of(
        Request("message", (CHANNEL,), "hello", on_failure="queue", rule="r", part=1)
    )


def test_golden(study: Path) -> None:
    rich = Request(
        option="message", channels=(CHANNEL,), message="hello *all*", thread="slack/root.json",
        blocks=({"type": "divider"},), fields={"b": "2", "a": "1"}, color="good",
        mention=("here",), encrypted_key=KEY, receipt="slack/a.json", footer="the end",
    )  # fmt: skip
    # A change here posts once more what waits in people's outboxes: do not.
    assert identity.digest_of(Request("message", (CHANNEL,), "hello")) == (
        "c1-3933de282c5c21cb59711c375ba748cf0aab691c32a25ee7c0fcd4006c7b97fb"
    )
    assert identity.digest_of(rich) == (
        "c1-4b0c12f90dbd1c6105a128b61b223711f9d453a3c9cc20309a333d014c12199c"
    )
