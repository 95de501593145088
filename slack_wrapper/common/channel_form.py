"""The forms in which people write a channel: name, ID, link, Slack's own markup, a person."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

# IDs are upper-case, names are lower-case: https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{7,}")
# <#C0123456789|name> and <@U0123456789>, as Slack escapes them in texts
_MARKUP = re.compile(r"<[#@]([A-Z0-9]{8,})(?:\|[^>]*)?>")
# https://x.slack.com/archives/C…/p…, https://app.slack.com/client/T…/C…, https://x.slack.com/team/U…
_PATH = re.compile(r"/(?:archives|team|client/[TE][A-Z0-9]+)/([A-Z0-9]{8,})(?:/.*)?")


def is_channel_id(channel: str) -> bool:
    """Whether `channel` is the ID of a channel or direct message."""
    return bool(_CHANNEL_ID.fullmatch(channel))


def is_user_id(channel: str) -> bool:
    """Whether `channel` is the ID of a person, to whom it stands for a direct message."""
    return bool(_USER_ID.fullmatch(channel))


def is_person(channel: str) -> bool:
    """Whether `channel` names a person, by user ID or e-mail address."""
    return is_user_id(channel) or "@" in channel


def is_name(channel: str) -> bool:
    """Whether `channel` is neither an ID nor a person."""
    return not is_channel_id(channel) and not is_person(channel)


def plain(text: str) -> str:
    """Return a channel as the other functions here take it: a name, an ID, or an e-mail address.

    Args:
        text: also with a hash sign, as a link to the channel or to a message in it, or as Slack's
            markup. What is of no such form is returned as it is, without white space around it.
    """
    text = text.strip()
    marked = _MARKUP.fullmatch(text)
    if marked:
        return marked[1]
    if "://" in text:
        return _of_link(text) or text
    return text.removeprefix("mailto:").removeprefix("#")


def _of_link(text: str) -> str:
    """Return the ID that a link names, empty when it names none."""
    parts = urlsplit(text.strip("<>").partition("|")[0])
    if parts.scheme == "slack":  # slack://channel?team=T…&id=C…
        found = next(iter(parse_qs(parts.query).get("id", ())), "")
    else:
        match = _PATH.fullmatch(parts.path)
        found = match[1] if match else ""
    return found if is_channel_id(found) or is_user_id(found) else ""
