"""Names → IDs: asked once, kept on disk for a while, never trusted blindly."""

import json
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slack_wrapper.client import lookup_cache
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.client.names import Names
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused
from slack_wrapper.sandbox.server import Sandbox


@pytest.fixture
def names(sandbox: Sandbox) -> Callable[[], Names]:
    """Makes the names of a new process each time."""
    sandbox.store.data["usergroups"] = [{"id": "S0000TEAM", "handle": "analysts"}]
    return lambda: Names(WebApiTransport(Secret(sandbox.token), base_url=sandbox.api_url))


def asked(sandbox: Sandbox) -> list[str]:
    return [call["method"] for call in sandbox.store.calls]


def cache_file() -> Path:
    return next(lookup_cache.folder().glob("names-*.json"))


@pytest.mark.parametrize(
    ("ask", "found", "method"),
    [
        (lambda n: n.channel_id("librec_channel"), "C0000LIBREC", "conversations.list"),
        (lambda n: n.user_id("ada@example.org"), "U00000ADA", "users.lookupByEmail"),
        (lambda n: n.user_named("ada"), "U00000ADA", "users.list"),
        (lambda n: n.group_named("analysts"), "S0000TEAM", "usergroups.list"),
        (lambda n: n.anyone_named("analysts"), "S0000TEAM", "usergroups.list"),
    ],
)
def test_the_next_process_does_not_ask_again(
    sandbox: Sandbox, names: Callable[[], Names], ask: Callable, found: str, method: str
) -> None:
    assert ask(names()) == found
    assert ask(names()) == found
    assert asked(sandbox).count(method) == 1


def test_a_person_is_found_where_no_group_has_the_handle(names: Callable[[], Names]) -> None:
    assert names().anyone_named("ada") == "U00000ADA"


@pytest.mark.parametrize("ask", ["user_named", "group_named", "anyone_named"])
def test_nobody_of_that_handle(names: Callable[[], Names], ask: str) -> None:
    with pytest.raises(SlackRefused) as caught:
        getattr(names(), ask)("nobody")
    assert "nobody" in caught.value.message
    assert "e-mail" in caught.value.hint


def test_it_is_asked_again_after_a_while(
    sandbox: Sandbox, names: Callable[[], Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    names().user_id("ada@example.org")
    later = time.time() + lookup_cache.EXPIRY + 1
    monkeypatch.setattr(time, "time", lambda: later)
    names().user_id("ada@example.org")
    assert asked(sandbox).count("users.lookupByEmail") == 2


def test_a_clock_that_was_put_back_does_not_keep_names_for_ever(
    sandbox: Sandbox, names: Callable[[], Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    names().user_id("ada@example.org")
    before = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: before)
    names().user_id("ada@example.org")
    assert asked(sandbox).count("users.lookupByEmail") == 2


def test_the_file_is_the_users_own_and_holds_no_secret(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    names().channel_id("librec_channel")
    path = cache_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sandbox.token not in path.read_text() + path.name


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"emails": {"ada@example.org": 1}}', "\x00"])
def test_a_damaged_file_counts_as_empty(
    sandbox: Sandbox, names: Callable[[], Names], damage: str
) -> None:
    names().user_id("ada@example.org")
    cache_file().write_text(damage)
    assert names().user_id("ada@example.org") == "U00000ADA"
    assert json.loads(cache_file().read_text())["emails"]


def test_without_a_place_to_write_names_are_found_all_the_same(
    names: Callable[[], Names], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert names().channel_id("librec_channel") == "C0000LIBREC"


def test_another_token_has_a_cache_of_its_own(sandbox: Sandbox, names: Callable) -> None:
    names().channel_id("librec_channel")
    other = Names(WebApiTransport(Secret("xoxb-other"), base_url=sandbox.api_url))
    with pytest.raises(SlackRefused):
        other.channel_id("librec_channel")


def test_an_id_that_slack_no_longer_knows_is_looked_up_anew(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    old = names()
    old.channel_id("librec_channel")
    cache = NameCache(old._transport.fingerprint)
    cache.put("channels", {"librec_channel": "C00000GONE"})

    def info(channel: str) -> str:
        answer = old._transport.call("conversations.info", {"channel": channel})
        return str(answer["channel"]["id"])

    assert names().with_id("librec_channel", info) == "C0000LIBREC"


def test_many_writers_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    place = tmp_path / "cache"

    def write(number: int) -> None:
        for turn in range(20):
            NameCache("many", place).put("channels", {f"c{number}-{turn}": "C1"})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads((place / "names-many.json").read_text())["channels"]
    assert [path.name for path in place.iterdir()] == ["names-many.json"]


def test_a_file_gets_to_a_channel_whose_kept_id_is_wrong(
    study: Path, sandbox: Sandbox, names: Callable[[], Names], command: Callable
) -> None:
    old = names()
    old.channel_id("librec_channel")
    cache = NameCache(old._transport.fingerprint)
    cache.put("channels", {"librec_channel": "C00000GONE"})
    (study / "plot.png").write_bytes(b"png")
    done = command(
        "file", "plot.png", "--channel", "librec_channel", env={"SLACK_BOT_TOKEN": sandbox.token}
    )
    assert done.returncode == 0, done.stderr
    assert sandbox.messages()[0]["files"][0]["name"] == "plot.png"
    assert NameCache(old._transport.fingerprint).get("channels", "librec_channel") == "C0000LIBREC"
