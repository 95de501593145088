"""Users, direct messages, channels in pages, reactions."""

from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, PRIVATE, PUBLIC, refusal, without


def test_direct_message_by_email(box: Sandbox, web: WebClient) -> None:
    ada = web.users_lookupByEmail(email="ADA@example.org")["user"]["id"]
    first = web.conversations_open(users=ada)["channel"]["id"]
    assert first == web.conversations_open(users=ada)["channel"]["id"]
    assert web.chat_postMessage(channel=first, text="hi")["channel"] == first
    assert web.conversations_history(channel=first)["messages"][0]["text"] == "hi"
    unknown = refusal(web.users_lookupByEmail, email="nobody@example.org")
    assert unknown["error"] == "users_not_found"
    assert refusal(web.users_info, user="U9")["error"] == "user_not_found"


def test_addresses_need_their_scope(box: Sandbox, web: WebClient) -> None:
    shown = {one["name"]: one["profile"] for one in web.users_list()["members"]}
    assert shown["ada"]["email"] == "ada@example.org"
    less = without(box, "users:read.email")
    assert "email" not in less.users_info(user="U00000ADA")["user"]["profile"]


def test_channels_in_pages(box: Sandbox, web: WebClient) -> None:
    with box.store.change() as data:
        data["channels"] += [{"id": f"C{n:04}", "name": f"c{n}", "members": []} for n in range(250)]
    names: list[str] = []
    for page in web.conversations_list(limit=100, exclude_archived=True):
        assert len(page["channels"]) <= 100
        names += [one["name"] for one in page["channels"]]
    assert names == ["librec_channel", "general", *(f"c{n}" for n in range(250))]
    assert refusal(web.conversations_list, cursor="nonsense")["error"] == "invalid_cursor"


def test_what_a_bot_sees_of_private_channels(box: Sandbox, web: WebClient) -> None:
    kinds = "public_channel,private_channel"
    seen = {one["id"]: one for one in web.conversations_list(types=kinds)["channels"]}
    assert PRIVATE not in seen
    assert (seen[MEMBER]["is_member"], seen[PUBLIC]["is_member"]) == (True, False)
    assert web.conversations_members(channel=MEMBER)["members"] == ["U00000BOT", "U00000ADA"]


def test_reactions(web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    at = {"channel": MEMBER, "timestamp": ts}
    web.reactions_add(**at, name="eyes")
    assert refusal(web.reactions_add, **at, name="eyes")["error"] == "already_reacted"
    got = web.reactions_get(**at)["message"]["reactions"]
    assert got == [{"name": "eyes", "users": ["U00000BOT"], "count": 1}]
    web.reactions_remove(**at, name="eyes")
    assert refusal(web.reactions_remove, **at, name="eyes")["error"] == "no_reaction"
    assert web.reactions_get(**at)["message"]["reactions"] == []
    gone = refusal(web.reactions_add, channel=MEMBER, timestamp="1.0", name="x")
    assert gone["error"] == "message_not_found"
