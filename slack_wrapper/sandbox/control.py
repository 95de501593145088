"""What scripted people do, and what tests of another process look at: `/sandbox/…`."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request

from slack_wrapper.sandbox import faults
from slack_wrapper.sandbox.access import Refused
from slack_wrapper.sandbox.faults import Faults
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.store import Store


def register(app: Flask, store: Store, broken: Faults) -> None:
    """Add the control addresses; all but the state take a JSON object by POST."""

    def act(what: str) -> Response:
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            return _json({"error": "a JSON object is expected"}, 400)
        try:
            if what == "faults":
                broken.add(faults.from_dict(given))
                return _json({})
            with store.change():
                return _json(_ACTIONS[what](store, given))
        except (KeyError, TypeError, ValueError) as error:
            return _json({"error": f"{what}: {type(error).__name__}: {error}"}, 400)
        except Refused as refused:
            return _json({"error": str(refused)}, 400)

    for what in ("faults", *_ACTIONS):
        app.add_url_rule(
            f"/sandbox/{what}", f"control-{what}", act, methods=["POST"], defaults={"what": what}
        )
    app.add_url_rule("/sandbox/state", "state", lambda: state(store))


def state(store: Store) -> Response:
    """Return the whole workspace and the calls made, without tokens and webhook addresses."""
    with store.lock:
        store.deliver_due()
        hidden = ("tokens", "webhooks", "triggers")
        shown = {key: value for key, value in store.data.items() if key not in hidden}
        return _json({**shown, "calls": store.calls})


def _user(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    user = {"id": given.get("id") or store.new_id("U"), **given, "name": given["name"]}
    store.data["users"].append(user)
    return user


def _channel(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Make a channel, or change the one of that name; `rename` gives it another name."""
    known = store.channel_by_name(given["name"])
    if known is None:
        known = {"id": store.new_id("C"), "members": []}
        store.data["channels"].append(known)
    known.update({key: value for key, value in given.items() if key not in ("id", "rename")})
    known["name"] = given.get("rename", known["name"])
    return known


def _token(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Add a token, or change its scopes or `revoked`."""
    known = store.token(given["token"])
    if known is None:
        store.data["tokens"].append({"user": given["user"], "scopes": given["scopes"], **given})
    else:
        known.update(given)
    return {}


def _reaction(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Let a user react: user, channel (ID), ts, name."""
    message = store.message(given["channel"], given["ts"])
    if message is None:
        raise Refused("message_not_found")
    reactions.react(message, given["name"], given["user"])
    return {}


def _workspace(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Change the workspace.

    `edit_window`: seconds in which messages may be edited; `refused_blocks`: types of blocks that
    it does not have yet; `emoji`: names of its own; `clock`: seconds ahead.
    """
    for name in ("edit_window", "refused_blocks", "emoji"):
        if name in given:
            store.data[name] = given[name]
    store.ahead = float(given.get("clock", store.ahead))
    return {}


def _change(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Delete a message, or lock its thread: channel (ID), ts, deleted, locked or no_replies."""
    message = store.message(given["channel"], given["ts"])
    if message is None:
        raise Refused("message_not_found")
    if given.get("deleted"):
        store.messages(given["channel"]).remove(message)
    message.update({name: given[name] for name in ("locked", "no_replies") if name in given})
    return {}


def _message(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """Let a user write: user, channel (ID), text, thread_ts if a reply."""
    message = {"type": "message", "ts": store.new_ts(), "user": given["user"]}
    message |= {"text": str(given["text"])}
    if given.get("thread_ts"):
        message["thread_ts"] = given["thread_ts"]
    return store.post(given["channel"], message)


_ACTIONS = {
    "users": _user,
    "channels": _channel,
    "tokens": _token,
    "reactions": _reaction,
    "messages": _message,
    "changes": _change,
    "workspace": _workspace,
}


def _json(answer: Any, status: int = 200) -> Response:
    return Response(json.dumps(answer), status, content_type="application/json; charset=utf-8")
