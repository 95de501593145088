"""Slack's error codes, each with its remedy, and which of them are transient or ambiguous.

Sources: the "Errors" tables of https://docs.slack.dev/reference/methods/chat.postMessage,
…/chat.update, …/files.getUploadURLExternal, …/files.completeUploadExternal,
…/conversations.info, …/conversations.history, …/users.lookupByEmail, …/reactions.add.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.errors import (
    Ambiguity,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)

# Slack says of these two that the call may have been carried out partly.
AMBIGUOUS = frozenset({"fatal_error", "internal_error"})

TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "accesslimited",
    }
)

# What concerns one post and not its channel or token: others may pass.
OF_THE_POST = frozenset(
    {
        "no_text",
        "msg_too_long",
        "msg_blocks_too_long",
        "metadata_too_large",
        "too_many_attachments",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "markdown_text_conflict",
        "message_not_found",
        "thread_not_found",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
        "file_not_found",
        "file_deleted",
        "file_upload_size_restricted",
        "slack_connect_blocked_file_type",
        "file_uploads_except_images_disabled",
        "unknown_snippet_type",
        "invalid_arguments",
        "too_busy",
    }
)

_NEW_KEY = "make a bot token at https://api.slack.com/apps and encrypt it: slack-wrapper rekey FILE"
_SIZE = "shorten it, or post it as a file"

REMEDIES: Mapping[str, str] = {
    # token
    "not_authed": "no token reached Slack; " + _NEW_KEY,
    "invalid_auth": "the token is wrong or belongs to another server; " + _NEW_KEY,
    "account_inactive": "the bot or its owner was removed; " + _NEW_KEY,
    "token_revoked": "the token was revoked; " + _NEW_KEY,
    "token_expired": "the token has expired; " + _NEW_KEY,
    "not_allowed_token_type": "use a bot token (xoxb-…), not an app-level or legacy token; "
    + _NEW_KEY,
    "no_permission": "ask a workspace admin to allow the app, or give it the scope it lacks",
    "ekm_access_denied": "a workspace admin has suspended posting; ask them",
    "org_login_required": "the workspace is being moved to an organization; try again later",
    "team_access_not_granted": "ask a workspace admin to install the app in this workspace",
    "two_factor_setup_required": "set up two-factor authentication for the token's owner",
    "access_denied": "ask a workspace admin to allow the app",
    "enterprise_is_restricted": "use a token of one workspace, not of the organization",
    "as_user_not_supported": "use a bot token (xoxb-…)",
    # channel
    "channel_not_found": (
        "check the name (no hash sign) or ID; the bot must be a member of a private channel: "
        "/invite @{bot}"
    ),
    "not_in_channel": "invite the bot in that channel: /invite @{bot}",
    "is_archived": "unarchive the channel or set another one in slack.channel",
    "is_inactive": "unarchive the channel or set another one in slack.channel",
    "restricted_action": "posting in this channel is restricted; ask a workspace admin",
    "restricted_action_read_only_channel": "the channel is read-only for the bot; ask an admin",
    "restricted_action_non_threadable_channel": "this channel has no threads; set thread: none",
    "restricted_action_thread_only_channel": "this channel allows replies only; set thread",
    "restricted_action_thread_locked": "the thread is locked; set thread: none",
    "cannot_reply_to_message": "the thread's root does not take replies; set thread: none",
    "thread_not_found": "the thread's root message was deleted; set thread: none",
    "messages_tab_disabled": "enable the messages tab of the app under App Home",
    "not_in_channel_restricted": "invite the bot in that channel: /invite @{bot}",
    "posting_to_channel_denied": "the file may not be shared there; ask a workspace admin",
    # message
    "no_text": "give the step a message",
    "msg_too_long": _SIZE,
    "msg_blocks_too_long": _SIZE,
    "metadata_too_large": "report this: our metadata must never be that large",
    "too_many_attachments": "use fewer attachments",
    "invalid_blocks": "check the blocks against https://docs.slack.dev/reference/block-kit/blocks",
    "invalid_blocks_format": "blocks must be a list of objects",
    "markdown_text_conflict": "give either blocks or a message in Markdown",
    "message_not_found": "the message was deleted",
    "cant_update_message": "only the bot that posted a message can update it",
    "edit_window_closed": "the workspace forbids editing after some time",
    "duplicate_channel_not_found": "the channel was deleted",
    # files
    "file_not_found": "the upload got lost; run the step again",
    "file_deleted": "the file was deleted in Slack; run the step again",
    "file_uploads_disabled": "a workspace admin has switched file uploads off; post a message",
    "file_uploads_except_images_disabled": "this workspace takes images only; post a PNG or JPEG",
    "file_update_failed": "run the step again",
    "file_upload_size_restricted": "compress or split it; Slack takes 1 GB a file",
    "storage_limit_reached": "the workspace's file storage is full; ask an admin to free some",
    "slack_connect_file_upload_sharing_blocked": "files may not be shared in this shared channel",
    "slack_connect_blocked_file_type": "this type of file may not be shared in this channel",
    "unknown_snippet_type": "report this: we send no snippet type",
    "invalid_channel": "check the channel; uploads need its ID, which we look up by name",
    # people
    "users_not_found": "check the e-mail address; the person must be in the workspace",
    "user_not_found": "check the user ID or e-mail address",
    "cannot_dm_bot": "direct messages go to people, not to bots",
    # request
    "invalid_arguments": "check the parameters of the step",
    "missing_argument": "check the parameters of the step",
    "invalid_arg_name": "check the parameters of the step",
    "invalid_cursor": "run the command again",
    "unknown_method": "slack.base_url is not a Slack API address, or the server lacks this method",
    "deprecated_endpoint": "upgrade with: pip install --upgrade snakemake-slack-wrapper",
    "method_deprecated": "upgrade with: pip install --upgrade snakemake-slack-wrapper",
}


UNKNOWN_BOT = "your-bot"
# Codes whose remedy names the bot.
NEED_BOT = frozenset(code for code, remedy in REMEDIES.items() if "{bot}" in remedy)


def refusal(
    method: str,
    code: str,
    *,
    about: str,
    answer: Mapping[str, Any],
    retry_after: float | None = None,
    bot: str = UNKNOWN_BOT,
) -> SlackError:
    """Return the error for Slack's answer `ok: false` to `method`.

    Args:
        method: Web API method, such as `chat.postMessage`.
        code: Slack's error code.
        about: what the call was about, such as `channel librec_channel`; may be empty.
        answer: the whole answer; `needed` and `response_metadata.messages` are read from it.
        retry_after: seconds, from the `Retry-After` header, if there was one.
        bot: the bot's user name for the hints.
    """
    place = f" for {about}" if about else ""
    if code in ("ratelimited", "rate_limited"):
        return RateLimited(
            f"slack limits {method}{place}", retry_after=retry_after or 1.0, method=method
        )
    text = f"slack refused {method}{place}: {code}{_details(answer)}"
    if code in AMBIGUOUS:
        return SlackAmbiguous(text, kind=Ambiguity.TIMED_OUT, code=code, method=method)
    if code in TRANSIENT:
        return SlackUnavailable(text, code=code, method=method)
    return SlackRefused(text, code=code, method=method, hint=_hint(code, answer, bot))


def _hint(code: str, answer: Mapping[str, Any], bot: str) -> str | None:
    if code == "missing_scope":
        needed = answer.get("needed") or "the scope this call needs"
        return (
            f"add the scope {needed} at https://api.slack.com/apps → OAuth & Permissions and "
            "reinstall the app; `slack-wrapper manifest` prints all scopes"
        )
    remedy = REMEDIES.get(code)
    return remedy.replace("{bot}", bot) if remedy else None


def _details(answer: Mapping[str, Any]) -> str:
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    if not isinstance(messages, list) or not messages:
        return ""
    return " (" + "; ".join(str(message) for message in messages[:3]) + ")"
