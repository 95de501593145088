"""What a decrypted key looks like: bot token, other token, webhook URL, or nothing known."""

from __future__ import annotations

import re

# https://docs.slack.dev/authentication/tokens
_TOKENS = {
    "bot token": re.compile(r"xoxb-[A-Za-z0-9-]{5,}|xoxe\.xoxb-[A-Za-z0-9-]{5,}"),
    "user token": re.compile(r"xoxp-[A-Za-z0-9-]{5,}|xoxe\.xoxp-[A-Za-z0-9-]{5,}"),
    "app-level token": re.compile(r"xapp-[A-Za-z0-9-]{5,}"),
    # https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    "webhook": re.compile(
        r"https://hooks\.slack(?:-gov)?\.com/services/T\w+/B\w+/\w+"
        r"|http://(?:127\.0\.0\.1|localhost):\d+/services/T\w+/B\w+/\w+"
        # Mattermost, Rocket.Chat, and Zulip's Slack-compatible one, wherever they are served
        r"|(?:https://[^/\s]+|http://(?:127\.0\.0\.1|localhost):\d+)(?:/[^\s?]*)?"
        r"(?:/hooks/\w+(?:/\w+)?|/api/v1/external/slack_incoming\?\S+)"
    ),
}


def secret_kind(text: str) -> str | None:
    """Return the kind of Slack credential that `text` looks like, or None."""
    return next((kind for kind, form in _TOKENS.items() if form.fullmatch(text)), None)
