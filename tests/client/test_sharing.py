"""Files whose share was left unclear are never uploaded or shared twice, whatever Slack shows."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from slack_wrapper.client import sharing
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FOREGROUND, Unsaved
from slack_wrapper.client.uploads import Share, UploadedFile
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackAmbiguous, SlackRefused
from tests.client.raw import CHANNEL, DROP, Given, RawSlack, serving

COMPLETE = "files.completeUploadExternal"
FILES = [UploadedFile("F0000000001", "plot.png", "plot", 10, "0" * 64)]
TARGET = Share(CHANNEL, None, None, "channel lab")
QUICK = RetryPolicy(attempts=3, total=20.0, base=0.01, cap=0.05)


@pytest.fixture
def slack() -> Iterator[RawSlack]:
    with serving(RawSlack()) as raw:
        yield raw


def share(slack: RawSlack, doubt: Unsaved, **more: Any) -> str | None:
    wire = WebApiTransport(Secret("xoxb-1-x"), base_url=slack.url, timeout=1.0)
    ts = sharing.share(wire, FILES, TARGET, Retrier(QUICK), doubt=doubt, **more)
    return ts or sharing.await_share(wire, FILES, TARGET, doubt, **more)


def shared_later(slack: RawSlack, seconds: float, answer: Any, *, hidden: bool = False) -> None:
    """Let the first completion be carried out and its answer be lost; the share shows later."""

    def complete(given: Given) -> Any:
        if slack.count(COMPLETE) > 1:
            return None
        files = json.loads(given["files"])
        slack.complete(files)
        later = threading.Timer(seconds, slack.share, [files])
        later.daemon = True
        later.start()
        return answer

    slack.answers[COMPLETE] = complete
    if hidden:  # until then Slack does not know the file at all
        end = time.time() + seconds
        slack.answers["files.info"] = lambda given: (
            {"ok": False, "error": "file_not_found"} if time.time() < end else None
        )


@pytest.mark.parametrize("answer", [DROP, (504, "stream timeout"), (408, "stream timeout")])
@pytest.mark.parametrize("hidden", [True, False])
def test_a_share_that_shows_later_is_shared_once(
    slack: RawSlack, answer: Any, *, hidden: bool
) -> None:
    shared_later(slack, 1.0, answer, hidden=hidden)
    assert share(slack, Unsaved()) == slack.channel[0]["ts"]
    assert len(slack.channel) == 1


def test_after_an_unclear_one_file_not_found_means_done(slack: RawSlack) -> None:
    """A reset is looked into for a moment only; the second completion finds the ticket used."""
    shared_later(slack, 1.0, DROP)
    doubt = Unsaved()
    assert share(slack, doubt) == slack.channel[0]["ts"]
    assert doubt.doubted
    assert slack.count(COMPLETE) == 2
    assert len(slack.channel) == 1


def test_without_an_unclear_one_it_is_a_refusal(slack: RawSlack) -> None:
    """The control."""
    slack.complete([{"id": FILES[0].id}])
    with pytest.raises(SlackRefused, match="file_not_found"):
        share(slack, Unsaved())


def test_one_that_is_never_shown_is_left_to_a_person(slack: RawSlack) -> None:
    shared_later(slack, 600.0, DROP)
    doubt = Unsaved()
    for _ in range(3):  # the step, and two flushes
        with pytest.raises(SlackAmbiguous):
            share(slack, doubt, seconds=FOREGROUND)
    with pytest.raises(SlackAmbiguous, match="does not say that channel lab has them") as caught:
        share(slack, doubt)
    assert caught.value.again_in is None
    assert slack.channel == []


def test_what_surely_was_not_completed_is_completed(slack: RawSlack) -> None:
    def lose(given: Given) -> Any:
        return DROP if slack.count(COMPLETE) == 1 else None

    def info(given: Given) -> Any:
        if slack.files and not slack.channel:
            slack.share([{"id": FILES[0].id}])

    slack.answers.update({COMPLETE: lose, "files.info": info})
    assert share(slack, Unsaved()) == slack.channel[0]["ts"]
    assert slack.count(COMPLETE) == 2


def test_an_answer_without_shares_proves_nothing(slack: RawSlack) -> None:
    slack.answers[COMPLETE] = lambda given: DROP
    slack.answers["files.info"] = lambda given: {"ok": True, "file": {"id": given["file"]}}
    with pytest.raises(SlackAmbiguous):
        share(slack, Unsaved())
    assert slack.count(COMPLETE) == 1
