"""Who is mentioned, in every form in which it may be asked for."""

import pytest

from slack_wrapper.errors import RequestError, SlackRefused
from slack_wrapper.message.mentions import all_shown, flat, scope_of, shown
from slack_wrapper.model.request import FAIL, WARN


class Lab:
    """A lab of one person and one group."""

    def user_id(self, email: str) -> str:
        return {"ada@example.org": "U00000ADA"}[email]

    def user_named(self, handle: str) -> str:
        return {"ada": "U00000ADA"}[handle]

    def group_named(self, handle: str) -> str:
        return {"analysts": "S0000TEAM"}[handle]

    def anyone_named(self, handle: str) -> str:
        return {"ada": "U00000ADA", "analysts": "S0000TEAM"}[handle]


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("here", "<!here>"),
        ("@channel", "<!channel>"),
        ("U00000ADA", "<@U00000ADA>"),
        ("S0000TEAM", "<!subteam^S0000TEAM>"),
        ("ada@example.org", "<@U00000ADA>"),
        ("@ada", "<@U00000ADA>"),
        ("@analysts", "<!subteam^S0000TEAM>"),
        ("<@U00000ADA>", "<@U00000ADA>"),
        ("<@U00000ADA|ada>", "<@U00000ADA>"),
        ("<!subteam^S0000TEAM>", "<!subteam^S0000TEAM>"),
        ({"users": ["<@U00000ADA>"]}, "<@U00000ADA>"),
        (["here", "@ada"], "<!here> <@U00000ADA>"),
        ({"users": ["ada", "ada@example.org", "U00000ADA"]}, " ".join(["<@U00000ADA>"] * 3)),
        ({"users": "@ada", "groups": "@analysts"}, "<@U00000ADA> <!subteam^S0000TEAM>"),
        ({"groups": ["S0000TEAM", "analysts"]}, " ".join(["<!subteam^S0000TEAM>"] * 2)),
        ({"here": True, "channel": False, "users": []}, "<!here>"),
        ({"channel": True}, "<!channel>"),
        (None, ""),
    ],
)
def test_every_form(given: object, seen: str) -> None:
    assert " ".join(shown(name, Lab()) for name in flat(given)) == seen


@pytest.mark.parametrize("given", ["ada", "heer", "@", 7, {"user": "ada"}])
def test_what_is_not_understood_is_refused(given: object) -> None:
    with pytest.raises(RequestError) as caught:
        [shown(name, Lab()) for name in flat(given)]
    assert "e-mail" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("here", ""),
        ("U00000ADA", ""),
        ("ada@example.org", "users:read.email"),
        ("user:ada@example.org", "users:read.email"),
        ("user:ada", "users:read"),
        ("group:analysts", "usergroups:read"),
        ("group:S0000TEAM", ""),
    ],
)
def test_the_scope_that_a_look_up_needs(name: str, scope: str) -> None:
    assert scope_of(name) == scope


class Unknown(Lab):
    """A lab that Slack knows nobody of."""

    def user_id(self, email: str) -> str:
        raise SlackRefused(f"slack knows nobody of {email}", code="users_not_found")


def test_who_is_unknown_is_left_out_with_one_warning(capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        found = all_shown(["here", "bob@example.org"], Unknown(), WARN)
        assert found == ["<!here>"]
    assert capfd.readouterr().err.count("bob@example.org is not mentioned") == 1


def test_who_is_unknown_fails_where_that_is_wished() -> None:
    with pytest.raises(SlackRefused):
        all_shown(["bob@example.org"], Unknown(), FAIL)
