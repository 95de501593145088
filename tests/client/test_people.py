"""People and groups: lists read to their end, display names that anybody may take."""

from collections.abc import Callable

import pytest

from slack_wrapper.client import scheduled
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.client.names import Names
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused
from slack_wrapper.sandbox.server import Sandbox
from tests.client.slack_of_pages import page, serving


@pytest.fixture
def names(sandbox: Sandbox) -> Callable[[], Names]:
    """Makes the names of a new process each time."""
    return lambda: Names(WebApiTransport(Secret(sandbox.token), base_url=sandbox.api_url))


def add(sandbox: Sandbox, *people: dict) -> None:
    sandbox.store.data["users"] += people


def test_people_are_looked_for_to_the_end_of_the_list(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    add(sandbox, *({"id": f"U{n:08d}", "name": f"u{n}"} for n in range(150)))
    sandbox.store.page_most = 1
    one = names()
    assert one.user_named("u149") == "U00000149"
    before = len(sandbox.calls("users.list"))
    assert one.user_named("u100") == "U00000100"  # from pages that were read
    assert len(sandbox.calls("users.list")) == before


def test_a_user_name_is_not_another_persons_display_name(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    sandbox.store.data["users"].insert(0, {"id": "U0000SPOOF", "name": "x", "display_name": "ada"})
    assert names().user_named("ada") == "U00000ADA"


def test_a_display_name_counts_if_one_person_has_it(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    add(sandbox, {"id": "U000000ONE", "name": "x", "display_name": "Charles"})
    assert names().user_named("Charles") == "U000000ONE"


def test_a_display_name_of_several_people_is_refused(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    add(sandbox, {"id": "U000000ONE", "name": "x", "display_name": "Charles"})
    add(sandbox, {"id": "U000000TWO", "name": "y", "display_name": "Charles"})
    with pytest.raises(SlackRefused) as caught:
        names().user_named("Charles")
    assert "user ID" in caught.value.hint


def test_a_groups_handle_is_not_another_groups_name(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    sandbox.store.data["usergroups"] = [
        {"id": "S0000OTHER", "handle": "others", "name": "analysts"},
        {"id": "S0000TEAMS", "handle": "analysts", "name": "The analysts"},
    ]
    assert names().group_named("analysts") == "S0000TEAMS"


def test_a_workspace_without_user_groups_has_people(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    answers = {
        "usergroups.list": lambda given: {"ok": False, "error": "plan_upgrade_required"},
        "users.list": lambda given: page("members", [{"id": "U00000ADA", "name": "ada"}]),
    }
    with serving(answers) as server:
        transport = WebApiTransport(Secret("xoxb-1-abcdef"), base_url=server.url)
        assert Names(transport).anyone_named("ada") == "U00000ADA"


@pytest.mark.parametrize("person", ["U00000ADA", "ada@example.org"])
def test_a_person_is_a_direct_message(
    sandbox: Sandbox, names: Callable[[], Names], person: str
) -> None:
    one = names()
    found = one.channel_id(person)
    assert found.startswith("D")
    assert one.to_post(person) == one.known(person) == found
    assert len(sandbox.calls("conversations.open")) == 1


def test_without_the_scope_a_message_goes_by_the_user_id(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    sandbox.store.data["tokens"][0]["scopes"].remove("im:write")
    one = names()
    assert one.to_post("ada@example.org") == "U00000ADA"
    one.learn("ada@example.org", "D00000001")
    assert one.channel_id("ada@example.org") == "D00000001"
    with pytest.raises(SlackRefused):
        one.channel_id("U0000GRACE")


def test_an_address_that_another_person_has_now(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    cache = NameCache(names()._transport.fingerprint)
    cache.put("emails", {"ada@example.org": "U00000GONE"})
    assert names().channel_id("ada@example.org").startswith("D")


def test_scheduled_messages_are_listed_to_the_end() -> None:
    def answer(given: dict) -> dict:
        at = int(given.get("cursor", 0))
        entries = [{"id": f"Q{at}", "channel_id": "C1", "post_at": 1000 - at}]
        return page("scheduled_messages", entries, str(at + 1) if at < 150 else "")

    with serving({"chat.scheduledMessages.list": answer}) as server:
        transport = WebApiTransport(Secret("xoxb-1-abcdef"), base_url=server.url)
        found = scheduled.waiting(transport)
    assert [one["id"] for one in found] == [f"Q{n}" for n in reversed(range(151))]
