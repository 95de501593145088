"""Our own policy: what is repeated, what never is. Against the sandbox, with scripted faults."""

import socket
import time
from pathlib import Path

import pytest

from slack_wrapper.client import local_file, messages, sharing, uploads
from slack_wrapper.client.messages import Message
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import Unsaved
from slack_wrapper.client.transport import check_base_url
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    Ambiguity,
    ConfigError,
    FileChanged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    RateLimited,
    SlackAmbiguous,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import QUICK

CHANNEL = "C0000LIBREC"
POST = "chat.postMessage"
COMPLETE = "files.completeUploadExternal"


def transport(box: Sandbox, *, token: str | None = None, timeout: float = 1.0) -> WebApiTransport:
    return WebApiTransport(Secret(token or box.token), base_url=box.api_url, timeout=timeout)


def post(box: Sandbox, **more) -> messages.Posted:
    message = Message(more.pop("channel", CHANNEL), "text", key="k" * 32)
    return messages.post(
        transport(box, **more), message, Retrier(QUICK), about="channel librec_channel", locate=str
    )


def with_scopes(box: Sandbox, *scopes: str) -> None:
    with box.store.change() as data:
        data["tokens"][0]["scopes"] = list(scopes)


TRANSIENT = [
    Fault(POST, "http", status=503),
    Fault(POST, "http", status=429, headers={"Retry-After": "0"}),
    Fault(POST, "error", code="ratelimited"),
    Fault(POST, "error", code="service_unavailable"),
]
UNCLEAR = ["reset", "close", "hang", "truncate"]


@pytest.mark.parametrize("fault", TRANSIENT, ids=lambda fault: f"{fault.status}-{fault.code}")
def test_transient_trouble_is_tried_again(box: Sandbox, fault: Fault) -> None:
    box.faults.add(Fault(fault.method, fault.kind, code=fault.code, status=fault.status,
                         headers=fault.headers))  # fmt: skip
    post(box)
    assert len(box.messages()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", UNCLEAR)
def test_an_unclear_post_is_settled_and_never_doubled(box: Sandbox, kind: str, when: str) -> None:
    box.faults.add(Fault(POST, kind, when=when, seconds=3))
    posted = post(box)
    assert [message["ts"] for message in box.messages()] == [posted.ts]


@pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
def test_slacks_own_unclear_errors_are_settled(box: Sandbox, code: str) -> None:
    box.faults.add(Fault(POST, "error", when="after", code=code))
    posted = post(box)
    assert [message["ts"] for message in box.messages()] == [posted.ts]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_server_errors_are_settled(box: Sandbox, status: int) -> None:
    box.faults.add(Fault(POST, "http", when="after", status=status, body="<html>oops</html>"))
    post(box)
    assert len(box.messages()) == 1


KINDS = {
    Ambiguity.TIMED_OUT: [
        Fault(POST, "hang", seconds=3),
        Fault(POST, "http", status=504),
        Fault(POST, "error", code="internal_error"),
    ],
    Ambiguity.CUT_OFF: [Fault(POST, "reset"), Fault(POST, "close")],
    Ambiguity.FOREIGN: [Fault(POST, "http", status=502, body="<html>bad gateway</html>")],
}


@pytest.mark.parametrize(
    ("kind", "fault"),
    [(kind, fault) for kind, faults in KINDS.items() for fault in faults],
    ids=lambda one: one.name if isinstance(one, Ambiguity) else f"{one.kind}{one.status}",
)
def test_an_unclear_outcome_says_why(box: Sandbox, kind: Ambiguity, fault: Fault) -> None:
    box.faults.add(fault)
    with pytest.raises(SlackAmbiguous) as caught:
        transport(box).call(POST, {"channel": CHANNEL, "text": "text"})
    assert caught.value.kind is kind


def test_an_unclear_post_that_cannot_be_settled_is_not_repeated(box: Sandbox) -> None:
    with_scopes(box, "chat:write")
    box.faults.add(Fault(POST, "reset", when="after"))
    with pytest.raises(SlackAmbiguous, match="may or may not") as caught:
        post(box)
    assert len(box.messages()) == 1
    assert "channels:history" in caught.value.hint


def test_the_default_client_of_slack_sdk_posts_twice(box: Sandbox) -> None:
    """Why the retry handlers of slack_sdk are off."""
    from slack_sdk import WebClient

    box.faults.add(Fault(POST, "close", when="after"))
    WebClient(box.token, base_url=box.api_url).chat_postMessage(channel=CHANNEL, text="twice")
    assert len(box.messages()) == 2


def test_a_long_outage_ends_with_an_error(box: Sandbox) -> None:
    box.faults.add(Fault(POST, "http", status=503, times=99))
    with pytest.raises(SlackUnavailable, match="HTTP 503"):
        post(box)
    assert len(box.calls(POST)) == QUICK.attempts


def test_retry_after_beyond_the_budget_is_not_waited_for(box: Sandbox) -> None:
    box.faults.add(Fault(POST, "http", status=429, headers={"Retry-After": "3600"}, times=99))
    started = time.monotonic()
    with pytest.raises(RateLimited) as caught:
        post(box)
    assert caught.value.retry_after == 3600
    assert time.monotonic() - started < 5


def test_a_refused_connection_is_transient() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        closed = WebApiTransport(Secret("xoxb-1-x"), base_url=f"http://127.0.0.1:{port}/api/")
        with pytest.raises(SlackUnavailable, match="connection refused"):
            closed.call("auth.test", {})


def test_an_unknown_host_is_transient() -> None:
    lost = WebApiTransport(Secret("xoxb-1-x"), base_url="https://slack.invalid/api/")
    with pytest.raises(SlackUnavailable, match="cannot be resolved"):
        lost.call("auth.test", {})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [200, 302, 403, 404, 407, 408, 503])
def test_a_page_of_somebody_in_between_is_not_slacks_word(
    box: Sandbox, status: int, when: str
) -> None:
    box.faults.add(Fault(POST, "http", when=when, status=status, body="<html>log in</html>"))
    post(box)
    assert len(box.messages()) == 1


def test_who_answered_in_between_is_named(box: Sandbox) -> None:
    headers = {"Location": "https://login.example.org/?x=1", "Content-Type": "text/html"}
    box.faults.add(Fault(POST, "http", status=302, headers=headers, body="<html>log in</html>"))
    with pytest.raises(
        SlackAmbiguous, match=r"HTTP 302 to login.example.org \(text/html"
    ) as caught:
        transport(box).call(POST, {"channel": CHANNEL, "text": "text"})
    assert "proxy" in caught.value.hint


def test_a_wrong_token_is_told_with_the_remedy(box: Sandbox) -> None:
    with pytest.raises(SlackRefused, match="invalid_auth") as caught:
        post(box, token="xoxb-wrong")
    assert "rekey" in caught.value.hint
    assert "xoxb-wrong" not in str(caught.value)


def test_a_missing_scope_is_named(box: Sandbox) -> None:
    with_scopes(box, "channels:read")
    with pytest.raises(SlackRefused) as caught:
        post(box)
    assert "chat:write" in caught.value.hint


def test_a_private_channel_says_to_invite_the_bot(box: Sandbox) -> None:
    with pytest.raises(SlackRefused) as caught:
        post(box, channel="secret-lab")
    assert "/invite @smkbot" in caught.value.hint


@pytest.mark.parametrize("url", ["http://slack.example.org/api/", "ftp://x/", "slack.com"])
def test_the_token_never_travels_in_the_clear(url: str) -> None:
    with pytest.raises(ConfigError, match="not an https address"):
        check_base_url(url)


def test_names_are_looked_up_once_and_in_pages(box: Sandbox) -> None:
    with box.store.change() as data:
        data["channels"][:0] = [
            {"id": f"CPAD{number:07d}", "name": f"pad-{number}", "members": []}
            for number in range(2100)
        ]
    names = Names(transport(box, timeout=10))
    for _ in range(3):
        assert names.channel_id("librec_channel") == CHANNEL
    assert len(box.calls("conversations.list")) == 3


def test_without_groups_read_public_channels_are_found(box: Sandbox) -> None:
    with_scopes(box, "channels:read")
    assert Names(transport(box)).channel_id("general") == "C000GENERAL"


# Files


def upload(box: Sandbox, path: Path, channel: str = CHANNEL) -> str | None:
    file, retrier = local_file.check(path), Retrier(QUICK)
    sent = uploads.upload(transport(box), file, retrier)
    share = uploads.Share(channel, None, None, "channel librec_channel")
    doubt = Unsaved()
    found = sharing.share(transport(box), [sent], share, retrier, doubt=doubt)
    return found or sharing.await_share(transport(box), [sent], share, doubt)


@pytest.fixture
def plot(tmp_path: Path) -> Path:
    path = tmp_path / "plot.png"
    path.write_bytes(b"\x89PNG" + bytes(5000))
    return path


def test_empty_missing_and_large_files_are_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "large").open("wb") as file:
        file.truncate((1 << 30) + 1)
    for name, error in (
        ("empty", FileEmpty),
        ("none", FileMissing),
        ("large", FileTooLarge),
        (".", FileUnreadable),
    ):
        with pytest.raises(error):
            local_file.check(tmp_path / name)


def test_a_device_is_no_file() -> None:
    with pytest.raises(FileUnreadable, match="not a regular file"):
        local_file.check("/dev/null")


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_is_an_error_and_not_shared(
    box: Sandbox, plot: Path, change: str
) -> None:
    file = local_file.check(plot)
    if change == "grow":
        plot.write_bytes(plot.read_bytes() + b"more")
    elif change == "shrink":
        plot.write_bytes(b"less")
    else:
        plot.write_bytes(bytes(len(plot.read_bytes())))
    with pytest.raises(FileChanged, match="changed while it was uploaded"):
        uploads.upload(transport(box), file, Retrier(QUICK))
    assert box.messages() == []


def test_a_file_that_changes_while_its_bytes_are_read_is_an_error(plot: Path) -> None:
    with pytest.raises(FileChanged), local_file.WatchedReader(local_file.check(plot)) as reader:
        reader.read(100)
        with plot.open("r+b") as writer:
            writer.truncate(200)
        while reader.read(1000):
            pass
        reader.finish()


@pytest.mark.parametrize("kind", ["reset", "close", "hang"])
def test_lost_bytes_are_sent_again(box: Sandbox, plot: Path, kind: str) -> None:
    box.faults.add(Fault("upload", kind, seconds=3))
    upload(box, plot)
    assert len(box.messages()) == 1


def test_a_large_file_may_be_scanned_before_the_answer(box: Sandbox, tmp_path: Path) -> None:
    large, small = tmp_path / "large.bin", tmp_path / "small.bin"
    with large.open("wb") as file:
        file.truncate(6 << 20)
    small.write_bytes(b"x")
    box.faults.add(Fault("upload", "slow", times=9, seconds=1.5))
    impatient = transport(box, timeout=0.7)
    uploads.upload(impatient, local_file.check(large), Retrier(QUICK))
    assert len(box.calls("upload")) == 1
    with pytest.raises(SlackUnavailable, match="timed out"):
        uploads.upload(impatient, local_file.check(small), Retrier(QUICK))
    uploads.upload(impatient, local_file.check(small), Retrier(QUICK), timeout=5.0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", UNCLEAR)
@pytest.mark.parametrize("scope", ["files:read", "channels:history"])
def test_an_unclear_share_is_settled_and_never_doubled(
    box: Sandbox, plot: Path, kind: str, when: str, scope: str
) -> None:
    with_scopes(box, "files:write", scope)
    box.faults.add(Fault(COMPLETE, kind, when=when, seconds=3))
    ts = upload(box, plot)
    assert [message["ts"] for message in box.messages()] == [ts]


def test_an_unclear_share_that_cannot_be_settled_is_not_repeated(box: Sandbox, plot: Path) -> None:
    with_scopes(box, "files:write")
    box.faults.add(Fault(COMPLETE, "reset", when="after"))
    with pytest.raises(SlackAmbiguous, match="may or may not have been shared"):
        upload(box, plot)
    assert len(box.messages()) == 1


def test_a_channel_without_the_bot_says_to_invite_it(box: Sandbox, plot: Path) -> None:
    with pytest.raises(SlackRefused, match="not_in_channel") as caught:
        upload(box, plot, "C000GENERAL")
    assert "/invite @smkbot" in caught.value.hint


def test_waits_grow_and_are_bounded() -> None:
    retrier = Retrier(RetryPolicy(attempts=4, total=1.0, base=0.01))
    calls = []

    def call() -> None:
        calls.append(time.monotonic())
        raise SlackUnavailable("no")

    with pytest.raises(SlackUnavailable):
        retrier.run(call)
    assert len(calls) == retrier.attempts == 4
