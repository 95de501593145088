"""The client suite: the same against the sandbox and, by `make emulate`, a third-party server."""

import hashlib
from pathlib import Path

import pytest

from slack_wrapper.client import local_file, messages, permalinks, sharing, uploads
from slack_wrapper.client.messages import Message
from slack_wrapper.client.reading import history
from slack_wrapper.client.settling import Unsaved
from slack_wrapper.errors import SlackRefused
from tests.client.servers import Server

pytestmark = pytest.mark.emulate_too


def channel_id(server: Server) -> str:
    return server.names().channel_id(server.channel)


def post(server: Server, text: str, **more) -> messages.Posted:
    message = Message(more.pop("channel", channel_id(server)), text, key="k" * 32, **more)
    return messages.post(
        server.transport(), message, server.retrier(), about="channel x", locate=str
    )


def texts(server: Server, channel: str, thread: str | None = None) -> list[str]:
    found = history(server.transport(), channel, since=0.0, thread=thread)
    return [str(message["text"]) for message in found]


def test_auth_test_tells_who_we_are(server: Server) -> None:
    assert server.transport().call("auth.test", {})["user"]


def test_a_message_is_in_the_channel_once(server: Server) -> None:
    text = "posted once: ünïcode & <angle> *bold*"
    posted = post(server, text)
    assert posted.channel == channel_id(server)
    assert texts(server, posted.channel).count(text) == 1


def test_a_message_by_name(server: Server) -> None:
    assert post(server, "by name", channel=server.channel).channel == channel_id(server)


def test_a_reply_is_in_the_thread(server: Server) -> None:
    root = post(server, "root of a thread")
    post(server, "a reply", thread_ts=root.ts)
    assert texts(server, root.channel, thread=root.ts) == ["root of a thread", "a reply"]


def test_a_message_has_a_permalink(server: Server) -> None:
    posted = post(server, "linked")
    link = permalinks.permalink(server.transport(), posted)
    assert link
    assert posted.ts.replace(".", "") in link


def test_the_channel_is_found_by_name(server: Server) -> None:
    assert channel_id(server).startswith("C")
    assert server.names().channel_id(channel_id(server)) == channel_id(server)


def test_an_unknown_channel_is_refused(server: Server) -> None:
    with pytest.raises(SlackRefused) as caught:
        post(server, "lost", channel="no-such-channel")
    assert caught.value.code == "channel_not_found"
    assert "/invite" in caught.value.hint


@pytest.mark.parametrize("count", [1, 3])
def test_files_arrive_whole_in_one_message(server: Server, tmp_path: Path, count: int) -> None:
    channel, transport = channel_id(server), server.transport()
    sent = []
    for number in range(count):
        path = tmp_path / f"plot-{number}.png"
        path.write_bytes(bytes([number]) * 3000 + b"\x89PNG")
        upload = uploads.upload(
            transport, local_file.check(path, title=f"t{number}"), server.retrier()
        )
        assert upload.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert upload.size == path.stat().st_size
        sent.append(upload)
    share = uploads.Share(channel, None, f"{count} files", "channel x")
    doubt = Unsaved()
    ts = sharing.share(transport, sent, share, server.retrier(), doubt=doubt)
    ts = ts or sharing.await_share(transport, sent, share, doubt)
    shown = list(history(transport, channel, since=0.0))
    with_files = [
        message
        for message in shown
        if {entry["id"] for entry in message.get("files") or []} == {one.id for one in sent}
    ]
    assert len(with_files) == 1
    assert ts in (None, with_files[0]["ts"])
