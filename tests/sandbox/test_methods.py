"""Methods that no message needs: api.test, team, bots, pins, bookmarks, lists; each refusal too."""

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import ARCHIVED, MEMBER, PRIVATE, PUBLIC, client, refusal, without
from tests.support.sandbox_control import control
from tests.support.sandbox_files import ready


def test_api_test_needs_no_token(box: Sandbox) -> None:
    anybody = client(box, "")
    assert anybody.api_test(foo="bar")["args"]["foo"] == "bar"
    answer = refusal(anybody.api_test, error="my_error")
    assert (answer["error"], answer["args"]["error"]) == ("my_error", "my_error")


def test_team_and_bot(web: WebClient) -> None:
    assert web.team_info()["team"]["name"] == "Sandbox Lab"
    assert refusal(web.team_info, team="T1")["error"] == "team_not_found"
    bot = web.bots_info(bot=web.auth_test()["bot_id"])["bot"]
    assert (bot["name"], bot["user_id"]) == ("smkbot", "U00000BOT")
    assert refusal(web.bots_info, bot="B1")["error"] == "bot_not_found"


def test_where_i_am_a_member(box: Sandbox, web: WebClient) -> None:
    def ids(**given: object) -> list[str]:
        return [one["id"] for one in web.users_conversations(**given)["channels"]]

    assert ids() == [MEMBER, ARCHIVED]
    assert ids(exclude_archived=True) == [MEMBER]
    assert ids(user="U00000ADA") == [MEMBER, PUBLIC]
    assert ids(user="U0000GRACE", types="private_channel") == []  # of which the bot knows nothing
    with box.store.change():
        box.store.channel(PRIVATE)["members"].append("U00000BOT")
    assert ids(user="U0000GRACE", types="public_channel,private_channel") == [PRIVATE]
    direct = web.conversations_open(users="U00000ADA")["channel"]["id"]
    assert ids(types="im") == [direct]
    assert "is_member" not in web.users_conversations()["channels"][0]
    assert refusal(web.users_conversations, types="rooms")["error"] == "invalid_types"


def test_pins(box: Sandbox, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    at = {"channel": MEMBER, "timestamp": ts}
    assert web.pins_add(**at)["ok"]
    assert refusal(web.pins_add, **at)["error"] == "already_pinned"
    (item,) = web.pins_list(channel=MEMBER)["items"]
    assert (item["message"]["ts"], item["created_by"]) == (ts, "U00000BOT")
    assert item["message"]["permalink"].endswith(f"/p{ts.replace('.', '')}")
    assert web.pins_remove(**at)["ok"]
    assert refusal(web.pins_remove, **at)["error"] == "no_pin"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "no_item_specified"),
        ({"timestamp": "yesterday"}, "bad_timestamp"),
        ({"timestamp": "1.000000"}, "message_not_found"),
        ({"timestamp": "1.000000", "channel": PUBLIC}, "not_in_channel"),
        ({"timestamp": "1.000000", "channel": "librec_channel"}, "channel_not_found"),
    ],
)
def test_what_cannot_be_pinned(web: WebClient, given: dict, error: str) -> None:
    assert refusal(web.pins_add, **{"channel": MEMBER, **given})["error"] == error


def test_bookmarks(web: WebClient) -> None:
    at = {"channel_id": MEMBER}
    link = {"title": "report", "type": "link", "link": "https://example.org/r"}
    made = web.bookmarks_add(**at, **link, emoji=":dna:")["bookmark"]
    assert web.bookmarks_list(**at)["bookmarks"] == [made]
    mark = {**at, "bookmark_id": made["id"]}
    assert web.bookmarks_edit(**mark, title="new")["bookmark"]["title"] == "new"
    assert web.bookmarks_remove(**mark)["ok"]
    assert refusal(web.bookmarks_remove, **mark)["error"] == "not_found"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"link": "javascript:alert(1)"}, "invalid_link"),
        ({"link": "https://[bad"}, "invalid_link"),
        ({"link": None}, "invalid_link"),
        ({"emoji": ":no-such-one:"}, "invalid_emoji"),
        ({"type": "book"}, "invalid_bookmark_type"),
        ({"channel_id": PUBLIC}, "permission_denied"),
        ({"channel_id": "C9"}, "channel_not_found"),
    ],
)
def test_refused_bookmarks(web: WebClient, given: dict, error: str) -> None:
    good = {"channel_id": MEMBER, "title": "t", "type": "link", "link": "https://example.org"}
    assert refusal(web.bookmarks_add, **{**good, **given})["error"] == error


def test_files_list(box: Sandbox, web: WebClient) -> None:
    box.store.share_delay = 0
    first, second, private = (ready(web, name) for name in ("a.png", "b.txt", "c.txt"))
    files = [{"id": first}, {"id": second}]
    web.files_completeUploadExternal(files=files, channel_id=MEMBER)
    web.files_completeUploadExternal(files=[{"id": private}])
    ready(web, "never completed")

    def ids(**given: object) -> list[str]:
        return [one["id"] for one in web.files_list(**given)["files"]]

    assert ids() == [private, second, first]
    assert ids(channel=MEMBER) == [second, first]
    assert ids(types="images") == [first]
    assert ids(user="U00000ADA") == []
    assert ids(count=2, page=2) == [first]
    assert web.files_list(count=2)["paging"] == {"count": 2, "total": 3, "page": 1, "pages": 2}
    assert refusal(web.files_list, types="songs")["error"] == "unknown_type"
    assert refusal(web.files_list, user="U9")["error"] == "user_not_found"


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("team:read", "team.info", {}),
        ("users:read", "bots.info", {}),
        ("pins:write", "pins.add", {"channel": MEMBER}),
        ("pins:write", "pins.remove", {"channel": MEMBER}),
        ("pins:read", "pins.list", {"channel": MEMBER}),
        ("bookmarks:write", "bookmarks.add", {"channel_id": MEMBER}),
        ("bookmarks:read", "bookmarks.list", {"channel_id": MEMBER}),
        ("files:read", "files.list", {}),
        ("channels:read", "users.conversations", {}),
        ("chat:write", "chat.postEphemeral", {"channel": MEMBER, "user": "U00000ADA"}),
    ],
)
def test_missing_scope(box: Sandbox, scope: str, method: str, arguments: dict) -> None:
    answer = refusal(lambda: without(box, scope).api_call(method, data=arguments))
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


def test_an_organizations_token_says_which_workspace(box: Sandbox, web: WebClient) -> None:
    control(box, "tokens", {"token": box.token, "org": True})
    for method in (web.users_conversations, web.files_list, web.bots_info):
        assert refusal(method)["error"] == "missing_argument"
        assert method(team_id="T0000TEAM")["ok"]


@pytest.mark.parametrize("name", ["eyes", "+1", "floppy_disk", "ok_hand", "wave::skin-tone-3"])
def test_emoji_that_there_are(web: WebClient, name: str) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    assert web.reactions_add(channel=MEMBER, timestamp=ts, name=name)["ok"]


@pytest.mark.parametrize("name", ["", "nosuch", "thumbs_up", "check_mark", "👍", "Eyes", "a b"])
def test_emoji_that_there_are_not(web: WebClient, name: str) -> None:
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    answer = refusal(web.reactions_add, channel=MEMBER, timestamp=ts, name=name)
    assert answer["error"] == "invalid_name"


def test_emoji_of_the_workspace(box: Sandbox, web: WebClient) -> None:
    control(box, "workspace", {"emoji": ["labmouse"]})
    ts = web.chat_postMessage(channel=MEMBER, text="x")["ts"]
    assert web.reactions_add(channel=MEMBER, timestamp=ts, name="labmouse")["ok"]
