"""api.test, team.info and bots.info."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.sandbox.access import Caller, Refused

Answer = dict[str, Any]
TEAM, BOT = "T0000TEAM", "B0000000BOT"


def api_test(args: Mapping[str, Any]) -> Answer:
    """api.test, which needs no token: https://docs.slack.dev/reference/methods/api.test

    Raises:
        Refused: with the `error` that the caller asked for.
    """
    given = {key: value for key, value in args.items() if key != "token"}
    if args.get("error"):
        raise Refused(str(args["error"]), args=given)
    return {"args": given} if given else {}


def info(call: Caller) -> Answer:
    """team.info: https://docs.slack.dev/reference/methods/team.info"""
    call.need("team:read")
    if call.text("team", TEAM) != TEAM:
        raise Refused("team_not_found")
    domain = call.team_url.partition("://")[2].partition(".")[0]
    team = {"id": TEAM, "name": call.store.data["team"], "domain": domain, "email_domain": ""}
    return {"team": {**team, "url": f"{call.team_url}/"}}


def bots_info(call: Caller) -> Answer:
    """bots.info: https://docs.slack.dev/reference/methods/bots.info"""
    call.need("users:read")
    call.need_team()
    if call.text("bot", BOT) != BOT:
        raise Refused("bot_not_found")
    user = call.store.user(call.user) or {}
    bot = {"id": BOT, "deleted": False, "name": user.get("name", ""), "user_id": call.user}
    return {"bot": {**bot, "app_id": "A0000SANDBOX", "updated": 0, "icons": {}}}


METHODS = {"team.info": info, "bots.info": bots_info}
