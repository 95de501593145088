"""Threads, what is unread, and who is notified: as Slack shows it."""

import json
import re

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox import page
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, PUBLIC
from tests.support.sandbox_control import control
from tests.support.sandbox_page import get, share

EVIL = "<script>alert(1)</script>\"'"


def notified(box: Sandbox, ts: str) -> dict[str, str]:
    state = json.loads(get(box, "/sandbox/state")[0])
    return {one["user"]: one["why"] for one in state["notified"][ts]}


def test_a_thread_is_closed_until_it_is_clicked(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    for number in range(3):
        web.chat_postMessage(channel=MEMBER, text=f"reply {number}", thread_ts=root)
    shown, _ = get(box, "/")
    inside = re.search(r"<details([^>]*)><summary[^>]*>3 replies<small>.*?</details>", shown, re.S)
    assert inside
    assert "open" not in inside[1]
    assert all(f"reply {number}" in inside[0] for number in range(3))


def test_the_link_to_a_reply_opens_its_thread_only(box: Sandbox, web: WebClient) -> None:
    links = []
    for _ in range(2):
        root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
        reply = web.chat_postMessage(channel=MEMBER, text="reply", thread_ts=root)["ts"]
        links.append(web.chat_getPermalink(channel=MEMBER, message_ts=reply)["permalink"])
    shown, _ = get(box, links[0].removeprefix(box.url))
    assert len(re.findall(r"<details[^>]* open>", shown)) == 1


def test_a_broadcast_stands_in_thread_and_channel(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    web.chat_postMessage(channel=MEMBER, text="done", thread_ts=root, reply_broadcast=True)
    shown, _ = get(box, "/")
    assert shown.count("<div>done</div>") == 2
    assert f'replied to <a href="#p{root.replace(".", "")}">a thread</a>' in shown
    identifiers = re.findall(r'id="(p\d+)"', shown)
    assert len(identifiers) == len(set(identifiers)) == 2


def test_a_root_that_is_gone_leaves_its_replies(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    web.chat_postMessage(channel=MEMBER, text="reply", thread_ts=root)
    web.chat_delete(channel=MEMBER, ts=root)
    shown, _ = get(box, "/")
    assert "This message was deleted." in shown
    assert "1 reply" in shown


def bold(box: Sandbox, name: str) -> tuple[bool, str]:
    """Whether a channel is unread in the list, and its number."""
    shown, _ = get(box, "/channel/secret-lab")
    found = re.search(
        rf'<a href="/channel/{name}" class="([^"]*)">.*?</span>{name}(.*?)</a>', shown
    )
    assert found
    return "unread" in found[1], re.sub("<[^>]*>", "", found[2])


def test_unread_channels(box: Sandbox, web: WebClient) -> None:
    assert bold(box, "librec_channel") == (False, "")
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    assert bold(box, "librec_channel") == (True, "")
    web.chat_postMessage(channel=MEMBER, text="<@U00000ADA> look")
    assert bold(box, "librec_channel") == (True, "1")
    get(box, "/channel/librec_channel")
    assert bold(box, "librec_channel") == (False, "")
    web.chat_postMessage(channel=MEMBER, text="reply", thread_ts=root)
    web.chat_update(channel=MEMBER, ts=root, text="changed")
    assert bold(box, "librec_channel") == (False, "")
    web.chat_postMessage(channel=MEMBER, text="all", thread_ts=root, reply_broadcast=True)
    assert bold(box, "librec_channel") == (True, "")


def test_a_line_above_what_is_new(box: Sandbox, web: WebClient) -> None:
    web.chat_postMessage(channel=MEMBER, text="old")
    line = '<div class="new">'
    first, _ = get(box, "/channel/librec_channel")
    assert line not in first
    web.chat_postMessage(channel=MEMBER, text="fresh")
    shown, _ = get(box, "/channel/librec_channel")
    assert shown.index("<div>old</div>") < shown.index(line) < shown.index("<div>fresh</div>")
    # The page renews itself: its line stays.
    since = re.search(r'data-since="([\d.]+)"', shown)
    assert since
    assert line in get(box, f"/channel/librec_channel?since={since[1]}")[0]
    assert line not in get(box, "/channel/librec_channel")[0]
    evil, _ = get(box, "/channel/librec_channel?since=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "alert(1)" not in evil


NOTIFIES = [
    ("hello", {}),
    ("<@U00000ADA> and <@U0000GRACE>", {"U00000ADA": "mention"}),  # grace is not a member
    ("<@U00000BOT>", {}),
    ("<!subteam^S1>", {"U00000ADA": "mention of a group"}),
    ("<!channel>", {"U00000ADA": "@channel or @here"}),
    ("<!here> <@U00000ADA>", {"U00000ADA": "mention"}),
    ("&lt;@U00000ADA&gt; @ada @channel", {}),
]


@pytest.mark.parametrize(("text", "whom"), NOTIFIES)
@pytest.mark.parametrize("way", ["text", "section", "rich"])
def test_whom_a_message_notifies(
    box: Sandbox, web: WebClient, text: str, whom: dict, way: str
) -> None:
    with box.store.change() as data:
        data["usergroups"].append({"id": "S1", "handle": "lab", "users": ["U00000ADA"]})
    given: dict = {"text": text}
    if way == "section":
        block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        given = {"text": "<!channel>", "blocks": [block]}  # beside blocks, text says nothing
    elif way == "rich":
        element = {"type": "text", "text": text}
        block = {"type": "rich_text_section", "elements": [element]}
        given = {"text": "x", "blocks": [{"type": "rich_text", "elements": [block]}]}
        whom = {}  # in rich text, a mention is an element of its own
    ts = web.chat_postMessage(channel=MEMBER, **given)["ts"]
    assert notified(box, ts) == whom


def test_a_mention_in_rich_text(box: Sandbox, web: WebClient) -> None:
    elements = [{"type": "user", "user_id": "U00000ADA"}]
    block = {"type": "rich_text_section", "elements": elements}
    blocks = [{"type": "rich_text", "elements": [block]}]
    ts = web.chat_postMessage(channel=MEMBER, text="x", blocks=blocks)["ts"]
    assert notified(box, ts) == {"U00000ADA": "mention"}


def test_a_direct_message_notifies(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel="U0000GRACE", text="x")["ts"]
    assert notified(box, ts) == {"U0000GRACE": "direct message"}


def test_whom_replies_notify(box: Sandbox, web: WebClient) -> None:
    at = {"channel": MEMBER}
    root = web.chat_postMessage(**at, text="root")["ts"]
    first = web.chat_postMessage(**at, text="<!channel>", thread_ts=root)["ts"]
    assert notified(box, first) == {}
    control(box, "messages", {**at, "user": "U00000ADA", "text": "thanks", "thread_ts": root})
    second = web.chat_postMessage(**at, text="more", thread_ts=root)["ts"]
    assert notified(box, second) == {"U00000ADA": "follows the thread"}
    shout = {**at, "text": "<!here>", "thread_ts": root, "reply_broadcast": True}
    assert notified(box, web.chat_postMessage(**shout)["ts"]) == {"U00000ADA": "@channel or @here"}
    assert "🔔 notified: ada (follows the thread)" in get(box, "/")[0]


def test_an_edit_and_a_comment_of_files_notify_nobody(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    web.chat_update(channel=MEMBER, ts=ts, text="<@U00000ADA>")
    assert notified(box, ts) == {}
    web.files_upload_v2(content="x", filename="a.txt", channel=MEMBER,
                        initial_comment="<@U00000ADA>")  # fmt: skip
    assert notified(box, box.messages()[-1]["ts"]) == {}


def test_everything_new_on_the_page_is_escaped(box: Sandbox, web: WebClient) -> None:
    with box.store.change() as data:
        data["users"][1]["name"] = EVIL
    ts = web.chat_postMessage(channel=MEMBER, text="<@U00000ADA>")["ts"]
    web.chat_postMessage(channel=MEMBER, text=EVIL, thread_ts=ts, reply_broadcast=True)
    web.chat_postEphemeral(channel=MEMBER, user="U00000ADA", text=EVIL)
    link = {"type": "link", "title": EVIL, "link": f"https://e.org/{EVIL}"}
    web.bookmarks_add(channel_id=MEMBER, **link)
    web.pins_add(channel=MEMBER, timestamp=ts)
    share(web, EVIL, b"x", EVIL)
    shown, _ = get(box, "/channel/librec_channel")
    assert "alert(1)" in shown
    assert "<script>alert" not in shown
    for expected in ("Only visible to &lt;script&gt;", "📌 Pinned", "🔖 &lt;script&gt;"):
        assert expected in shown
    # The control: nothing of it is lost in the export either.
    assert "<script>alert" not in page.export(box.store, box.store.folder / "x.html").read_text()


def test_an_ephemeral_message_only_where_it_is(box: Sandbox, web: WebClient) -> None:
    web.chat_postEphemeral(channel=MEMBER, user="U00000ADA", text="psst")
    assert "Only visible to ada" in get(box, "/channel/librec_channel")[0]
    web.conversations_join(channel=PUBLIC)
    assert "psst" not in get(box, "/channel/general")[0]
