"""What a decrypted key looks like: bot token, other token, webhook URL, or nothing known."""

from __future__ import annotations

import re

BOT, USER, WEBHOOK = "bot token", "user token", "webhook"
ROTATING_BOT, ROTATING_USER = "rotating bot token", "rotating user token"
REFRESH, WORKFLOW = "refresh token", "Workflow Builder address"
# What the Web API takes.
TOKENS = (BOT, USER, ROTATING_BOT, ROTATING_USER)
ROTATING = (ROTATING_BOT, ROTATING_USER)

# https://docs.slack.dev/authentication/tokens and …/authentication/using-token-rotation
_FORMS = {
    BOT: re.compile(r"xoxb-[A-Za-z0-9-]{5,}"),
    ROTATING_BOT: re.compile(r"xoxe\.xoxb-[A-Za-z0-9-]{5,}"),
    USER: re.compile(r"xoxp-[A-Za-z0-9-]{5,}"),
    ROTATING_USER: re.compile(r"xoxe\.xoxp-[A-Za-z0-9-]{5,}"),
    REFRESH: re.compile(r"xoxe-[A-Za-z0-9-]{5,}"),
    "app-level token": re.compile(r"xapp-[A-Za-z0-9-]{5,}"),
    # https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    WEBHOOK: re.compile(
        r"https://hooks\.slack(?:-gov)?\.com/services/T\w+/B\w+/\w+"
        r"|http://(?:127\.0\.0\.1|localhost):\d+/services/T\w+/B\w+/\w+"
        # Mattermost, Rocket.Chat, and Zulip's Slack-compatible one, wherever they are served
        r"|(?:https://[^/\s]+|http://(?:127\.0\.0\.1|localhost):\d+)(?:/[^\s?]*)?"
        r"(?:/hooks/\w+(?:/\w+)?|/api/v1/external/slack_incoming\?\S+)"
    ),
    # Webhook triggers, those of the old Workflow Builder, and links that people click.
    WORKFLOW: re.compile(
        r"(?:https://(?:hooks\.)?slack(?:-gov)?\.com|http://(?:127\.0\.0\.1|localhost):\d+)"
        r"/(?:triggers|workflows|shortcuts)/\S+"
    ),
}
_NO_ROTATION = (
    "such a token lives for twelve hours, and a run may last longer; make a new app without token "
    "rotation (`slack-wrapper manifest`) and encrypt its bot token (xoxb-…)"
)
# What is to be done about a kind that cannot do all that steps need; see `remedy`.
_REMEDIES = {
    ROTATING_BOT: _NO_ROTATION,
    ROTATING_USER: _NO_ROTATION,
    REFRESH: "it only makes other tokens, which live for twelve hours; make a new app without "
    "token rotation (`slack-wrapper manifest`) and encrypt its bot token (xoxb-…)",
    WORKFLOW: "it starts a workflow and takes no messages; encrypt a bot token (xoxb-…) or the "
    "address of an incoming webhook (https://hooks.slack.com/services/…): see docs/webhooks.md",
}
_ANY = "posting needs a bot token (xoxb-…) or a webhook's address: see docs/slack-app.md"


def secret_kind(text: str) -> str | None:
    """Return the kind of Slack credential that `text` looks like, or None."""
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(text)), None)


def remedy(kind: str | None) -> str:
    """Return what to encrypt instead of a credential of this kind."""
    return _REMEDIES.get(kind or "", _ANY)
