"""A name means the channel that has it now; lists are read to their end."""

import math
from collections.abc import Callable

import pytest

from slack_wrapper.client import lookup
from slack_wrapper.client.lookup_cache import NameCache
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused, SlackUnavailable
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.client.slack_of_pages import page, serving

OLD, NEW = "C0000LIBREC", "C0000TAKEN"
QUICK = RetryPolicy(attempts=3, total=5.0, base=0.01, cap=0.05, max_wait=600.0)


def connect(url: str, token: str = "xoxb-1-abcdef") -> Names:
    transport = WebApiTransport(Secret(token), base_url=url)
    transport.lookups = QUICK
    return Names(transport)


@pytest.fixture
def names(sandbox: Sandbox) -> Callable[[], Names]:
    """Makes the names of a new process each time."""
    return lambda: connect(sandbox.api_url, sandbox.token)


def taken_over(sandbox: Sandbox, **more: object) -> None:
    """The channel gets another name, and another channel the name that it had."""
    channel = sandbox.store.channel(OLD)
    assert channel
    channel["name"] = "old-study"
    made = {"id": NEW, "name": "librec_channel", "members": ["U00000BOT"], **more}
    sandbox.store.data["channels"].append(made)


def count(sandbox: Sandbox, method: str) -> int:
    return len(sandbox.calls(method))


@pytest.mark.parametrize("process", ["the same", "another"])
def test_a_name_that_was_taken_over_is_the_new_channels(
    sandbox: Sandbox, names: Callable[[], Names], process: str
) -> None:
    first = names()
    assert first.channel_id("librec_channel") == OLD
    assert first.channel_id("librec_channel") == OLD  # control
    taken_over(sandbox)
    assert (first if process == "the same" else names()).channel_id("librec_channel") == NEW
    assert names().channel_id("old-study") == OLD


def test_what_an_answer_has_told_is_confirmed_too(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    one.learn("librec_channel", OLD)
    taken_over(sandbox)
    assert one.channel_id("librec_channel") == NEW


def test_a_renamed_channel_whose_name_nobody_has(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    one.channel_id("librec_channel")
    sandbox.store.data["channels"][0]["name"] = "old-study"
    with pytest.raises(SlackRefused) as caught:
        one.channel_id("librec_channel")
    assert caught.value.code == "channel_not_found"


def test_an_archived_channel_whose_name_was_taken_over(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    one.channel_id("librec_channel")
    sandbox.store.data["channels"][0]["is_archived"] = True
    assert one.channel_id("librec_channel") == OLD  # nobody else has it
    taken_over(sandbox)
    assert one.channel_id("librec_channel") == NEW


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
def test_a_refused_id_is_looked_up_anew(
    sandbox: Sandbox, names: Callable[[], Names], code: str
) -> None:
    one = names()
    seen = []

    def call(channel: str) -> str:
        seen.append(channel)
        if channel == OLD:
            taken_over(sandbox)  # just now
            raise SlackRefused("no", code=code)
        return channel

    assert one.with_id("librec_channel", call) == NEW
    assert seen == [OLD, NEW]


def test_a_refused_id_that_is_right_is_not_tried_again(names: Callable[[], Names]) -> None:
    seen = []

    def call(channel: str) -> str:
        seen.append(channel)
        raise SlackRefused("no", code="not_in_channel")

    with pytest.raises(SlackRefused):
        names().with_id("librec_channel", call)
    assert seen == [OLD]


def test_messages_go_by_the_name_of_a_public_channel(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    one.channel_id("librec_channel")
    calls = len(sandbox.store.calls)
    assert one.to_post("librec_channel") == "librec_channel"
    assert len(sandbox.store.calls) == calls


def test_messages_go_by_the_id_of_a_private_channel_which_is_confirmed(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    sandbox.store.data["channels"][0]["is_private"] = True
    refused = SlackRefused("no", code="channel_not_found")
    assert one.to_post("librec_channel") == "librec_channel"
    assert one.instead("librec_channel", refused) == OLD
    assert one.to_post("librec_channel") == OLD
    assert one.instead(OLD, refused) is None
    taken_over(sandbox, is_private=True)
    assert one.to_post("librec_channel") == NEW


@pytest.mark.parametrize("kind", ["limited", "no scope"])
def test_an_id_is_taken_as_it_is_where_slack_cannot_be_asked(
    sandbox: Sandbox, names: Callable[[], Names], kind: str
) -> None:
    one = names()
    one.channel_id("librec_channel")
    if kind == "limited":
        sandbox.faults.add(
            Fault("conversations.info", "http", status=429, headers={"Retry-After": "3600"})
        )
    else:
        sandbox.faults.add(Fault("conversations.info", "error", code="missing_scope"))
    assert one.channel_id("librec_channel") == OLD


def test_a_long_list_is_read_to_its_end(sandbox: Sandbox, names: Callable[[], Names]) -> None:
    channels = sandbox.store.data["channels"]
    channels += [{"id": f"C{n:08d}", "name": f"c{n}", "members": []} for n in range(150)]
    sandbox.store.page_most = 1
    assert names().channel_id("c149") == "C00000149"
    with pytest.raises(SlackRefused) as caught:
        names().channel_id("c150")
    assert caught.value.code == "channel_not_found"


def test_a_limit_in_the_middle_does_not_begin_the_list_anew(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    sandbox.store.page_most = 1
    limited = {"status": 429, "headers": {"Retry-After": "3600"}}
    sandbox.faults.add(Fault("conversations.list", "http", skip=2, **limited))
    one = names()
    with pytest.raises(SlackUnavailable):
        one.channel_id("old-lab")
    assert one.channel_id("old-lab") == "C0000OLDLAB"
    cursors = [call["args"].get("cursor") for call in sandbox.calls("conversations.list")]
    assert cursors == [None, "1", "2", "2", "3"]
    assert names().channel_id("librec_channel") == OLD  # the disk knows what was read
    assert count(sandbox, "conversations.list") == 5


def test_a_cursor_that_was_kept_for_too_long(sandbox: Sandbox, names: Callable[[], Names]) -> None:
    sandbox.store.page_most = 1
    sandbox.faults.add(Fault("conversations.list", "error", code="invalid_cursor", skip=2))
    assert names().channel_id("old-lab") == "C0000OLDLAB"


def listing(cursor: Callable[[str], str], found: Callable[[str], list]) -> dict:
    return {
        "conversations.list": lambda given: page(
            "channels", found(given.get("cursor", "")), cursor(given.get("cursor", ""))
        ),
        "auth.test": lambda given: {"ok": True, "user": "bot"},
    }


def test_empty_pages_with_a_cursor_are_not_the_end() -> None:
    found = {"3": [{"id": "C00000001", "name": "far"}]}
    answers = listing(lambda at: str(int(at or 0) + 1) if at != "3" else "",
                      lambda at: found.get(at, []))  # fmt: skip
    with serving(answers) as server:
        assert connect(server.url).channel_id("far") == "C00000001"
        limits = {int(given["limit"]) for given in server.asked("conversations.list")}
    assert all(limit < 1000 for limit in limits)


@pytest.mark.parametrize("cursor", ["same", "rising", "circle"])
def test_a_list_without_end_is_given_up(cursor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_IDLE", 20)
    following = {
        "same": lambda at: "x",
        "rising": lambda at: str(int(at or 0) + 1),
        "circle": lambda at: str((int(at or 0) + 1) % 5),
    }[cursor]
    with serving(listing(following, lambda at: [{"id": "C00000001", "name": "one"}])) as server:
        one = connect(server.url)
        with pytest.raises(SlackUnavailable) as caught:
            one.channel_id("other")
        assert caught.value.code == "endless_list"
        assert one.channel_id("one") == "C00000001"
        assert len(server.asked("conversations.list")) < 60


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True},
        {"ok": True, "channels": None},
        {"ok": True, "channels": [{"id": "C00000001"}, {"name": "x"}, None, 7, "x"]},
        {"ok": True, "channels": [], "response_metadata": []},
        {"ok": True, "channels": [], "response_metadata": {"next_cursor": None}},
    ],
)
def test_pages_of_another_shape(answer: dict) -> None:
    answers = {
        "conversations.list": lambda given: answer,
        "auth.test": lambda given: {"ok": True, "user": "bot"},
    }
    with serving(answers) as server, pytest.raises((SlackRefused, SlackUnavailable)):
        connect(server.url).channel_id("x")


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "channel": "x"},
                                    {"ok": True, "channel": {"id": "C00000OTHER"}}])  # fmt: skip
def test_an_answer_about_another_channel_confirms_nothing(answer: dict) -> None:
    answers = listing(lambda at: "", lambda at: [{"id": "C00000001", "name": "one"}])
    with serving({**answers, "conversations.info": lambda given: answer}) as server:
        cache = NameCache(connect(server.url)._transport.fingerprint)
        cache.put("channels", {"one": "C00000GONE"})
        with pytest.raises(SlackUnavailable):
            connect(server.url).channel_id("one")


# -- many channels, before a run --------------------------------------------------------------


def many(sandbox: Sandbox, number: int) -> list[str]:
    made = [{"id": f"C{n:08d}", "name": f"c{n}", "members": ["U00000BOT"]} for n in range(number)]
    sandbox.store.data["channels"] += made
    return [str(one["name"]) for one in made]


@pytest.mark.parametrize("form", ["names", "ids"])
def test_thirty_channels_are_one_call(
    sandbox: Sandbox, names: Callable[[], Names], form: str
) -> None:
    wanted = many(sandbox, 30)
    if form == "ids":
        wanted = [f"C{n:08d}" for n in range(30)]
    told = dict(names().survey(wanted, seconds=10.0, workers=8))
    assert [one.member for one in told.values()] == [True] * 30
    assert [call["method"] for call in sandbox.store.calls] == ["conversations.list"]


def test_what_the_pages_do_not_tell_is_asked_for(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    told = dict(names().survey(["librec_channel", "C00000GONE"], seconds=10.0, workers=8))
    assert told["librec_channel"].id == OLD
    assert told["C00000GONE"].code == "channel_not_found"
    assert count(sandbox, "conversations.info") == 1


def test_a_survey_knows_names_that_were_taken_over(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    names().channel_id("librec_channel")
    taken_over(sandbox)
    told = dict(names().survey(["librec_channel"], seconds=10.0, workers=8))
    assert told["librec_channel"].id == NEW
    one = names()
    dict(one.survey(["librec_channel", "general"], seconds=10.0, workers=8))
    sandbox.store.channel(NEW)["name"] = "newer"
    sandbox.store.channel(OLD)["name"] = "librec_channel"
    assert one.channel_id("librec_channel") == OLD


def test_three_hundred_channels_keep_within_the_tier(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    many(sandbox, 300)
    wanted = [f"C{n:08d}" for n in range(300)]
    sandbox.faults.add(Fault("conversations.list", "error", code="missing_scope", times=math.inf))
    told = dict(names().survey(wanted, seconds=30.0, workers=8))
    assert count(sandbox, "conversations.info") == lookup.TIERS["conversations.info"]
    late = [one for one in told.values() if isinstance(one, SlackUnavailable)]
    assert len(late) == 250
    assert count(sandbox, "conversations.list") <= 2


def test_when_the_time_is_over_nobody_is_asked(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    (told,) = dict(names().survey([OLD], seconds=0.0, workers=8)).values()
    assert isinstance(told, SlackUnavailable)
    assert sandbox.store.calls == []


def test_what_is_not_found_in_time_is_said_to_be_so(
    sandbox: Sandbox, names: Callable[[], Names]
) -> None:
    sandbox.store.page_most = 1
    one = names()
    (told,) = dict(one.survey(["old-lab"], seconds=0.0, workers=8)).values()
    assert isinstance(told, SlackUnavailable)
    assert "give the channel's ID" in told.hint
    (told,) = dict(one.survey(["old-lab"], seconds=10.0, workers=8)).values()
    assert told.archived


# -- organizations -----------------------------------------------------------------------------


@pytest.fixture
def organization(sandbox: Sandbox) -> Sandbox:
    sandbox.store.data["tokens"][0]["org"] = True
    return sandbox


def test_the_one_workspace_of_an_organization_is_found(
    organization: Sandbox, names: Callable[[], Names]
) -> None:
    one = names()
    assert one.channel_id("librec_channel") == OLD
    assert one.user_named("ada") == "U00000ADA"
    assert one.user_id("grace@example.org") == "U0000GRACE"
    assert count(organization, "auth.teams.list") == 1
    assert one.instead("librec_channel", SlackRefused("no", code="team_not_found")) == OLD
    assert one.to_post("librec_channel") == OLD


def test_which_of_several_workspaces_has_to_be_said(
    organization: Sandbox, names: Callable[[], Names]
) -> None:
    teams = [{"id": "T0000TEAM", "name": "Lab"}, {"id": "T0000NEXT", "name": "Next"}]
    organization.store.data["teams"] = teams
    with pytest.raises(SlackRefused) as caught:
        names().channel_id("librec_channel")
    for said in ("slack.team_id", "T0000TEAM (Lab)", "T0000NEXT (Next)"):
        assert said in caught.value.hint
    told = names()
    told._transport.team_id = "T0000TEAM"
    assert told.channel_id("librec_channel") == OLD


def test_another_workspace_has_names_of_its_own(
    organization: Sandbox, names: Callable[[], Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    for team in ("T0000TEAM", "T0000NEXT", "T0000TEAM"):
        monkeypatch.setattr(WebApiTransport, "team_id", team)
        names().channel_id("librec_channel")
    asked = [call["args"]["team_id"] for call in organization.calls("conversations.list")]
    assert asked == ["T0000TEAM", "T0000NEXT"]


def test_a_workspaces_token_sends_no_team(sandbox: Sandbox, names: Callable[[], Names]) -> None:
    names().channel_id("librec_channel")
    assert "team_id" not in sandbox.calls("conversations.list")[0]["args"]
