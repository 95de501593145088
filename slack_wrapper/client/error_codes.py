"""Slack's error codes, each with its remedy, and which of them are transient or ambiguous.

Sources: the "Errors" tables of https://docs.slack.dev/reference/methods/chat.postMessage,
…/chat.update, …/files.getUploadURLExternal, …/files.completeUploadExternal,
…/conversations.info, …/conversations.history, …/users.lookupByEmail, …/reactions.add.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.common.foreign import printable
from slack_wrapper.common.redact import redact
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
        "external_channel_migrating",
        "update_failed",
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
        "attachment_payload_limit_exceeded",
        "too_many_contact_cards",
        "invalid_attachments",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_blocks",
        "invalid_blocks_format",
        "markdown_text_conflict",
        "message_not_found",
        "block_mismatch",
        "cant_broadcast_message",
        "cant_update_message",
        "edit_window_closed",
        "no_dual_broadcast_content_update",
        "streaming_state_conflict",
        "thread_not_found",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
        "file_not_found",
        "file_deleted",
        "file_upload_size_restricted",
        "file_type_not_allowed",
        "missing_file_data",
        "alt_txt_too_large",
        "channels_limit_exceeded",
        "snippet_too_large",
        "slack_connect_blocked_file_type",
        "file_uploads_except_images_disabled",
        "unknown_snippet_type",
        "invalid_arguments",
        "too_busy",
    }
)

_NEW_KEY = "make a bot token at https://api.slack.com/apps and encrypt it: slack-wrapper rekey FILE"
_NO_ROTATION = (
    "tokens that rotate (xoxe.…) live for twelve hours, and a run may last longer; make a new app "
    "without token rotation (`slack-wrapper manifest`), as it cannot be switched off again, and "
    "encrypt its bot token: slack-wrapper rekey FILE"
)
_REPORT = "report this: we never send such a one"
_SIZE = "shorten it, or post it as a file"

REMEDIES: Mapping[str, str] = {
    # token
    "not_authed": "no token reached Slack; " + _NEW_KEY,
    "invalid_auth": "the token is wrong or belongs to another server; " + _NEW_KEY,
    "account_inactive": "the bot or its owner was removed; " + _NEW_KEY,
    "token_revoked": "the token was revoked; " + _NEW_KEY,
    "token_expired": _NO_ROTATION,
    "not_allowed_token_type": "use a bot token (xoxb-…), not an app-level or legacy token; "
    + _NEW_KEY,
    "app_access_restricted": "a workspace admin has restricted the app; ask them to allow it here",
    "no_permission": "ask a workspace admin to allow the app, or give it the scope it lacks",
    "ekm_access_denied": "a workspace admin has suspended posting; ask them",
    "org_login_required": "the workspace is being moved to an organization; try again later",
    "team_access_not_granted": (
        "ask an admin to install the app in this workspace, or set slack.team_id to one that has it"
    ),
    "team_not_found": (
        "a token of an organization needs the workspace: set slack.team_id to its ID (T…), or give "
        "the channel's ID instead of its name"
    ),
    "invalid_team": "set slack.team_id to the ID (T…) of a workspace that has the app",
    "plan_upgrade_required": "user groups need a paid plan of Slack; name the people instead",
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
    "channel_is_limited_access": "the channel admits few apps; ask an admin, or set another one",
    "external_channel_migrating": (
        "the channel is being moved to or from another workspace; it is tried again later"
    ),
    "slack_connect_canvas_sharing_blocked": "canvases may not be shared in this shared channel",
    "slack_connect_file_link_sharing_blocked": "links to files may not go in this shared channel",
    "slack_connect_lists_sharing_blocked": "lists may not be shared in this shared channel",
    "posting_to_channel_denied": "the file may not be shared there; ask a workspace admin",
    # message
    "no_text": "give the step a message",
    "msg_too_long": _SIZE,
    "msg_blocks_too_long": _SIZE,
    "metadata_too_large": "report this: our metadata must never be that large",
    "too_many_attachments": "use fewer attachments",
    "attachment_payload_limit_exceeded": "use fewer or smaller attachments, or post a file",
    "too_many_contact_cards": "a message shows ten contact cards at most",
    "invalid_attachments": "check the attachments; a message takes one table",
    "invalid_metadata_format": _REPORT,
    "invalid_metadata_schema": _REPORT,
    "metadata_must_be_sent_from_app": "use the bot token (xoxb-…) of an app",
    "invalid_blocks": "check the blocks against https://docs.slack.dev/reference/block-kit/blocks",
    "invalid_blocks_format": "blocks must be a list of objects",
    "markdown_text_conflict": "give either blocks or a message in Markdown",
    "message_not_found": "the message was deleted",
    "cant_update_message": "only the bot that posted a message can update it",
    "edit_window_closed": "the workspace forbids editing after some time",
    "update_failed": "it is tried again; if that does not help, post a new message",
    "block_mismatch": "a message of rich text cannot get other blocks; post a new message",
    "cant_broadcast_message": "this reply cannot be shown in the channel too",
    "no_dual_broadcast_content_update": (
        "a reply cannot be changed and shown in the channel at once; do one after the other"
    ),
    "streaming_state_conflict": "the message is still being streamed; run the step again later",
    "duplicate_channel_not_found": "the channel was deleted",
    # time
    "time_in_past": "give post_at a time to come",
    "time_too_far": "Slack takes times up to 120 days ahead",
    "invalid_time": "check post_at",
    "restricted_too_many": "Slack takes 30 scheduled messages per channel within five minutes",
    "invalid_scheduled_message_id": "it is not there; slack-wrapper scheduled lists those that are",
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
    "snippet_too_large": "report this: we send no snippet type",
    "file_type_not_allowed": "the workspace takes no files of this type; pack it, or link to it",
    "alt_txt_too_large": "shorten the picture's description to 1,000 characters",
    "missing_file_data": "run the step again",
    "channels_limit_exceeded": "a file goes to 100 channels at most; use several steps",
    "file_share_limit_reached": "the file was shared too often; run the step again",
    "max_file_sharing_exceeded": "the file was shared too often; run the step again",
    "invalid_channel": "check the channel; uploads need its ID, which we look up by name",
    # people
    "users_not_found": "check the e-mail address; the person must be in the workspace",
    "user_not_found": "check the user ID or e-mail address",
    "user_disabled": "the person's account is deactivated; name another person, or a channel",
    "user_not_visible": "the bot may not see this person; name another one, or a channel",
    "invalid_user_combination": "Slack does not let the bot write to this person; name a channel",
    "no_such_subteam": "check the user group; it may be disabled",
    "subteam_not_found": "check the handle of the user group, or give its ID (S…)",
    "cannot_dm_bot": "direct messages go to people, not to bots",
    # reactions
    "invalid_name": "check the emoji's name; the workspace may not have it",
    "bad_timestamp": "check the receipt: its ts is not a message's",
    "not_reactable": "this cannot have reactions",
    "no_access": "the bot may not see the message; invite it in that channel: /invite @{bot}",
    "thread_locked": "the thread is locked; react to another message",
    "too_many_emoji": "the message already has the maximum number of different reactions",
    "too_many_reactions": "the bot has already added the maximum number of reactions",
    # request
    "invalid_arguments": "check the parameters of the step",
    "missing_argument": (
        "check the parameters of the step; a token of an organization also needs slack.team_id"
    ),
    "invalid_limit": "report this: it is a page's size",
    "limit_required": "report this: lists are asked for page by page",
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
            f"Slack limits {method}{place}",
            retry_after=1.0 if retry_after is None else retry_after,
            method=method,
        )
    text = f"Slack refused {method}{place}: {code}{_details(answer)}"
    if code in AMBIGUOUS:
        return SlackAmbiguous(text, kind=Ambiguity.TIMED_OUT, code=code, method=method)
    if code in TRANSIENT:
        return SlackUnavailable(text, code=code, method=method, hint=REMEDIES.get(code))
    return SlackRefused(text, code=code, method=method, hint=_hint(code, answer, bot))


def _hint(code: str, answer: Mapping[str, Any], bot: str) -> str | None:
    if code == "missing_scope":
        needed = _harmless(answer.get("needed")) or "the scope this call needs"
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
    return " (" + "; ".join(_harmless(message) for message in messages[:3]) + ")"


def _harmless(said: object) -> str:
    """Return what a server has said as a short line that no terminal takes for commands."""
    return redact("".join(one for one in printable(str(said or "")) if one.isprintable()))[:300]
