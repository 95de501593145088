"""What becomes of a post whose answer was lost: found, posted once more, or left to a person.

The server is a raw one, written apart from the sandbox. Patience is so short that what takes Slack
minutes takes a second here: a time-out is looked into for two seconds, a reset for a sixth of one.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from slack_wrapper.client import messages, settling
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FOREGROUND, FULL, Unsaved
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common import patience
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import Ambiguity, SlackAmbiguous, SlackUnavailable
from tests.client.raw import BOT, CHANNEL, DROP, USER, Given, RawSlack, serving

KEY = "k" * 32
TEXT = "the run has ended well: 12 of 12 steps"
QUICK = RetryPolicy(attempts=3, total=20.0, base=0.01, cap=0.05)


@pytest.fixture
def slack() -> Iterator[RawSlack]:
    with serving(RawSlack()) as raw:
        yield raw


def transport(slack: RawSlack) -> WebApiTransport:
    return WebApiTransport(Secret("xoxb-1-x"), base_url=slack.url, timeout=1.0)


def post(slack: RawSlack, thread: str | None = None, **more: Any) -> Posted:
    return messages.post(
        transport(slack),
        Message(CHANNEL, TEXT, key=KEY, thread_ts=thread),
        Retrier(QUICK),
        about="channel lab",
        locate=str,
        **more,
    )


def once(slack: RawSlack, *, carried_out: bool, answer: Any = DROP) -> None:
    """Let the answer to the first post be lost."""

    def lose(given: Given) -> Any:
        if slack.count("chat.postMessage") > 1:
            return None
        if carried_out:
            slack.carry_out(given)
        return answer

    slack.answers["chat.postMessage"] = lose


def without_metadata(answer: Given, given: Given) -> None:
    for one in answer.get("messages") or ():
        one.pop("metadata", None)


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("answer", [DROP, (408, "stream timeout"), (502, "<html>bad gateway")])
def test_a_lost_answer_is_settled(slack: RawSlack, carried_out: bool, answer: Any) -> None:
    once(slack, carried_out=carried_out, answer=answer)
    posted = post(slack)
    assert slack.texts() == [TEXT]
    assert slack.channel[0]["ts"] == posted.ts
    assert slack.count("chat.postMessage") == (1 if carried_out else 2)


def test_a_post_that_slack_carries_out_after_a_time_out_is_not_repeated(slack: RawSlack) -> None:
    def hang(given: Given) -> Any:
        slack.later(1.6, given)  # after the time-out, and after more than one look
        time.sleep(1.5)
        return DROP

    slack.answers["chat.postMessage"] = hang
    posted = post(slack)
    assert slack.texts() == [TEXT]
    assert slack.channel[0]["ts"] == posted.ts


@pytest.mark.parametrize("status", [408, 504])
def test_one_that_is_carried_out_after_the_edge_gave_up_is_not_repeated(
    slack: RawSlack, status: int
) -> None:
    def give_up(given: Given) -> Any:
        slack.later(1.0, given)
        return status, "stream timeout"

    slack.answers["chat.postMessage"] = give_up
    post(slack)
    assert slack.texts() == [TEXT]


def test_without_patience_it_would_be_posted_twice(
    slack: RawSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the patience that keeps it from being doubled."""
    monkeypatch.setenv(patience.VARIABLE, "0.0001")

    def give_up(given: Given) -> Any:
        if slack.count("chat.postMessage") > 1:
            return None
        slack.later(1.0, given)
        return 504, ""

    slack.answers["chat.postMessage"] = give_up
    post(slack)
    time.sleep(1.2)
    assert slack.texts() == [TEXT, TEXT]


def test_a_post_that_may_wait_is_looked_for_shortly_and_gone_on_with_later(slack: RawSlack) -> None:
    once(slack, carried_out=False, answer=(504, ""))
    doubt = Unsaved()
    with pytest.raises(SlackAmbiguous, match="unclear, being looked for") as caught:
        post(slack, doubt=doubt, seconds=FOREGROUND)
    assert caught.value.again_in
    assert (doubt.unclear, doubt.doubt) == (True, "timed_out")
    assert slack.texts() == []
    with pytest.raises(SlackAmbiguous):  # too early: it may still come
        post(slack, doubt=doubt, seconds=FOREGROUND)
    assert slack.count("chat.postMessage") == 1
    time.sleep(caught.value.again_in)
    post(slack, doubt=doubt, seconds=FOREGROUND)
    assert slack.texts() == [TEXT]


def test_after_a_crash_the_patience_is_still_had(slack: RawSlack) -> None:
    """What is written down before the call is all that is left of it."""
    written: list[dict[str, Any]] = []
    doubt = Unsaved()

    def die(given: Given) -> Any:
        slack.later(1.0, given)
        raise KeyboardInterrupt

    wire = transport(slack)
    wire.call("auth.test", {})  # Slack's time is known
    slack.answers["chat.postMessage"] = lambda given: (slack.later(1.0, given), DROP)[1]
    with pytest.raises(SlackAmbiguous):
        post(slack, doubt=doubt, save=lambda: written.append(vars(doubt).copy()), seconds=0.0)
    left = Unsaved(**written[0])
    assert left.unclear
    assert left.by_slack
    assert left.doubt == ""
    posted = post(slack, doubt=left)  # another process
    assert slack.texts() == [TEXT]
    assert slack.channel[0]["ts"] == posted.ts


# Histories that show less than there is


def short_pages(answer: Given, given: Given) -> None:
    """More is there, and no cursor."""
    answer.pop("response_metadata", None)
    answer["has_more"] = True


def no_messages(answer: Given, given: Given) -> None:
    answer.pop("messages", None)


def nothing_told(answer: Given, given: Given) -> None:
    """Full pages, and not a word about more."""
    answer.pop("has_more", None)
    answer.pop("response_metadata", None)


SHORT = [without_metadata, short_pages, no_messages, nothing_told]


@pytest.mark.parametrize("short", SHORT)
@pytest.mark.parametrize("others", [0, 20])
def test_what_a_short_history_does_not_show_is_never_posted_again(
    slack: RawSlack, short: Any, others: int
) -> None:
    once(slack, carried_out=True)
    slack.edits.append(short)

    def chatter(given: Given) -> None:
        if slack.count("conversations.history") == 1:
            for number in range(others):
                slack.say(f"somebody says {number}", user="U0000000009")

    slack.answers["conversations.history"] = chatter
    try:
        posted = post(slack)
        assert posted.ts == slack.channel[0]["ts"]
    except SlackAmbiguous as error:
        assert "cannot be found out" in error.message or "looked for" in error.message
    assert slack.texts().count(TEXT) == 1
    assert slack.count("chat.postMessage") == 1


@pytest.mark.parametrize("others", [0, 3, 40])
def test_what_surely_is_not_there_is_posted(slack: RawSlack, others: int) -> None:
    """In pages of 15, with messages of people, of other apps, and of this one."""
    once(slack, carried_out=False)
    for number in range(others):
        slack.say(f"somebody says {number}", user="U0000000009")
        slack.say(TEXT, bot_id="B0000000009", user="U0000000008")
        slack.say("another", bot_id=BOT, metadata={
            "event_type": "slack_wrapper_post", "event_payload": {"key": f"other{number}"}
        })  # fmt: skip
    post(slack)
    assert slack.count("chat.postMessage") == 2
    assert [one["text"] for one in slack.channel if one.get("user") == USER] == [TEXT]


def test_a_server_without_metadata_shows_by_the_text_that_it_is_there(slack: RawSlack) -> None:
    once(slack, carried_out=True)
    slack.edits.append(without_metadata)
    slack.say(TEXT, user="U0000000009")  # somebody else says the same
    posted = post(slack)
    assert posted.ts == slack.channel[1]["ts"]
    assert slack.count("chat.postMessage") == 1


def test_a_server_without_metadata_shows_that_it_is_not_there(slack: RawSlack) -> None:
    once(slack, carried_out=False)
    slack.edits.append(without_metadata)
    slack.say(TEXT, user="U0000000009")
    slack.say("quite another thing: zebras", bot_id=BOT, user=USER)
    post(slack)
    assert slack.count("chat.postMessage") == 2


def test_the_same_words_of_another_post_of_ours_are_not_taken_for_it(slack: RawSlack) -> None:
    slack.edits.append(without_metadata)
    wire = transport(slack)
    first = messages.post(
        wire, Message(CHANNEL, TEXT, key="f" * 32), Retrier(QUICK), about="x", locate=str
    )
    slack.calls.clear()
    once(slack, carried_out=False)
    second = post(slack)
    assert second.ts != first.ts
    assert slack.texts() == [TEXT, TEXT]


def test_pages_once_a_minute_are_gone_on_with(slack: RawSlack) -> None:
    """HTTP 429 at every second page: nothing is waited for here, and nothing read twice."""
    once(slack, carried_out=False)
    for number in range(40):
        slack.say(f"somebody says {number}", user="U0000000009")
    asked: list[str] = []

    def rarely(given: Given) -> Any:
        asked.append(given.get("cursor") or "")
        if len(asked) % 2 == 0:
            return {"ok": False, "error": "ratelimited", "retry_after": 60}
        return None

    slack.answers["conversations.history"] = rarely
    doubt = Unsaved()
    for _ in range(20):
        try:
            post(slack, doubt=doubt, seconds=FOREGROUND)
            break
        except SlackAmbiguous as error:
            assert error.again_in
            time.sleep(0.1)
    assert slack.texts().count(TEXT) == 1
    read = asked[::2]
    assert read[-3:] == ["", "15", "30"]


def test_a_thread_whose_replies_are_cut_proves_nothing(slack: RawSlack) -> None:
    root = slack.say("root", bot_id=BOT, user=USER)

    def cut(answer: Given, given: Given) -> None:
        answer["messages"] = answer["messages"][:1]

    once(slack, carried_out=True)
    slack.edits.append(cut)
    with pytest.raises(SlackAmbiguous, match="without its latest reply"):
        post(slack, root["ts"])
    assert slack.count("chat.postMessage") == 1


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_reply_is_settled_in_its_thread(slack: RawSlack, carried_out: bool) -> None:
    root = slack.say("root", bot_id=BOT, user=USER)
    once(slack, carried_out=carried_out)
    post(slack, root["ts"])
    assert slack.texts() == ["root", TEXT]


# Clocks


@pytest.mark.parametrize("ahead", [-7200.0, -600.0, 0.0, 600.0, 7200.0])
@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_clock_that_is_hours_off_doubles_nothing(
    slack: RawSlack, ahead: float, carried_out: bool, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Dates tell whole seconds: on a busy machine the tests' three seconds may not do.
    monkeypatch.setenv("SLACK_WRAPPER_PATIENCE", "0.05")
    slack.ahead = ahead
    if known:
        transport(slack).call("auth.test", {})
    once(slack, carried_out=carried_out)
    post(slack)
    assert slack.texts() == [TEXT]
    assert slack.count("chat.postMessage") == (1 if carried_out else 2)


def test_a_clock_that_is_set_during_a_run_doubles_nothing(
    slack: RawSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport(slack).call("auth.test", {})
    once(slack, carried_out=True)
    real = time.time
    monkeypatch.setattr("slack_wrapper.client.slack_clock.time.time", lambda: real() + 7200)
    slack.ahead = -7200.0  # so that the server's own time is what it was
    post(slack)
    assert slack.count("chat.postMessage") == 1


def test_the_clock_of_a_crash_is_not_trusted(slack: RawSlack) -> None:
    """Its time was not known to be Slack's: the look begins a day before it."""
    once(slack, carried_out=True)
    doubt = Unsaved()
    with pytest.raises(SlackAmbiguous):
        slack.answers["conversations.history"] = lambda given: (503, "")
        post(slack, doubt=doubt, seconds=0.0)
    del slack.answers["conversations.history"]
    doubt.sent_at += 7200  # the machine was two hours ahead then, and is not any more
    doubt.by_slack = False
    assert post(slack, doubt=doubt).ts == slack.channel[0]["ts"]
    assert slack.count("chat.postMessage") == 1


def test_a_server_that_tells_no_time_is_asked_by_our_own(slack: RawSlack) -> None:
    slack.dated = False
    once(slack, carried_out=False)
    post(slack)
    assert slack.texts() == [TEXT]


# Bounds


def test_looking_is_no_failure_of_the_call(slack: RawSlack) -> None:
    """After the patience is over there is still time for another try."""
    once(slack, carried_out=False, answer=(504, ""))
    tight = RetryPolicy(attempts=3, total=0.5, base=0.01, cap=0.05)
    messages.post(
        transport(slack), Message(CHANNEL, TEXT, key=KEY), Retrier(tight), about="x", locate=str
    )
    assert slack.texts() == [TEXT]


def test_what_was_proven_not_to_be_done_is_not_called_unclear(slack: RawSlack) -> None:
    slack.answers["chat.postMessage"] = lambda given: DROP
    with pytest.raises(SlackUnavailable, match="was not carried out"):
        post(slack)
    assert slack.texts() == []


def test_a_history_that_cannot_be_asked_is_asked_again_later(slack: RawSlack) -> None:
    once(slack, carried_out=True)
    slack.answers["conversations.history"] = lambda given: (503, "")
    with pytest.raises(SlackAmbiguous) as caught:
        post(slack, seconds=FOREGROUND)
    assert caught.value.again_in is not None


def test_patience_by_kind() -> None:
    assert settling.PATIENCE.keys() == set(Ambiguity)
    assert min(settling.PATIENCE.values()) == settling.PATIENCE[Ambiguity.CUT_OFF]
    assert settling.PATIENCE[Ambiguity.TIMED_OUT] >= 120
    assert settling.PATIENCE[Ambiguity.CUT_OFF] < FOREGROUND < FULL
    assert max(settling.PATIENCE.values()) < FULL
