"""Links to messages: made from the workspace's address where that is Slack's, else asked for.

https://docs.slack.dev/reference/methods/chat.getPermalink shows their form. A link to a reply names
its thread. Slack names it in the link to a root that has replies too; such a link works either way.
"""

from __future__ import annotations

import re

from slack_wrapper.client.messages import Posted
from slack_wrapper.client.transport import Transport
from slack_wrapper.errors import SlackError

_TS = "\0"  # in a link of another message, where the ts goes
# What auth.test tells of a workspace at Slack: lab.slack.com, acme.enterprise.slack.com, and the
# same of slack-gov.com. Another server that speaks Slack's API may link to messages otherwise.
_SLACKS = re.compile(r"https://[a-z0-9][a-z0-9-]*(\.enterprise)?\.slack(-gov)?\.com/?", re.I)
_CHANNEL = re.compile(r"[CDG][A-Z0-9]+")
_PLAIN_TS = re.compile(r"[0-9]+\.[0-9]+")


def permalink(transport: Transport, posted: Posted, thread: str | None = None) -> str | None:
    """Return the link to a message; None when Slack does not tell it: the post itself is done.

    Links to messages of one channel, or of one thread, differ in the ts only; so a server whose
    links are not known is asked for the first one, and the others are made after it.

    Args:
        transport: the connection.
        posted: the message.
        thread: ts of the root that it replies to.
    """
    place = (posted.channel, thread)
    ours = f"/p{posted.ts.replace('.', '')}"
    if pattern := transport.links.get(place) or _pattern(transport.team_url, posted, thread):
        return pattern.replace(_TS, ours)
    try:
        answer = transport.call(
            "chat.getPermalink", {"channel": posted.channel, "message_ts": posted.ts}
        )
    except SlackError:
        return None
    link = str(answer["permalink"])
    # A root that has replies already is linked to as a part of its thread, unlike others.
    if ours in link and posted.ts not in link:
        transport.links[place] = link.replace(ours, _TS)
    return link


def _pattern(team_url: str, posted: Posted, thread: str | None) -> str:
    """Return the link without its ts; empty where Slack has to be asked."""
    known = _SLACKS.fullmatch(team_url) and _CHANNEL.fullmatch(posted.channel)
    if not known or not all(_PLAIN_TS.fullmatch(ts) for ts in (posted.ts, thread or posted.ts)):
        return ""
    link = f"{team_url.rstrip('/')}/archives/{posted.channel}{_TS}"
    return f"{link}?thread_ts={thread}&cid={posted.channel}" if thread else link
