"""An answer of Slack's to each method, as it is when all is well."""

from typing import Any

CHANNEL = {"id": "C0000LIBREC", "name": "librec_channel", "is_member": True, "is_archived": False}
MESSAGE = {
    "ts": "1712345678.000100",
    "text": "text",
    "metadata": {"event_type": "slack_wrapper_post", "event_payload": {"key": "k"}},
    "files": [{"id": "F1"}],
}
PERSON = {"id": "U1", "name": "ada", "profile": {"display_name": "ada"}, "is_bot": False}
CURSOR = {"next_cursor": ""}
SHARES = {"public": {"C0000LIBREC": [{"ts": "1712345678.000100"}]}}
POSTED = {"channel": "C0000LIBREC", "ts": "1712345678.000100"}

GOOD: dict[str, dict[str, Any]] = {
    "auth.test": {
        "user": "bot",
        "user_id": "U1",
        "team": "lab",
        "team_id": "T1",
        "url": "https://lab.slack.com/",
    },
    "auth.teams.list": {"teams": [{"id": "T1", "name": "lab"}], "response_metadata": CURSOR},
    "chat.postMessage": POSTED,
    "chat.update": POSTED,
    "chat.delete": POSTED,
    "chat.scheduleMessage": {"scheduled_message_id": "Q1", "post_at": 1712345678},
    "chat.deleteScheduledMessage": {},
    "chat.scheduledMessages.list": {
        "scheduled_messages": [{"id": "Q1", "post_at": 1712345678, "channel_id": "C1"}],
        "response_metadata": CURSOR,
    },
    "chat.getPermalink": {"channel": "C1", "permalink": "https://lab.slack.com/archives/C1/p1"},
    "conversations.history": {"messages": [MESSAGE], "has_more": False},
    "conversations.replies": {"messages": [MESSAGE], "response_metadata": CURSOR},
    "conversations.info": {"channel": CHANNEL},
    "conversations.list": {"channels": [CHANNEL], "response_metadata": CURSOR},
    "conversations.open": {"channel": {"id": "D1"}},
    "files.getUploadURLExternal": {"upload_url": "https://files.slack.com/u", "file_id": "F1"},
    "files.completeUploadExternal": {"files": [{"id": "F1", "title": "plot"}]},
    "files.info": {"file": {"id": "F1", "shares": SHARES}},
    "reactions.add": {},
    "reactions.remove": {},
    "reactions.get": {"message": {"reactions": [{"name": "eyes", "users": ["U1"], "count": 1}]}},
    "usergroups.list": {"usergroups": [{"id": "S1", "handle": "lab", "name": "Lab"}]},
    "usergroups.users.list": {"users": ["U1"]},
    "users.info": {"user": PERSON},
    "users.list": {"members": [PERSON], "response_metadata": CURSOR},
    "users.lookupByEmail": {"user": PERSON},
}
# Parts without which an answer is not Slack's: a path to each, method by method.
NEEDED: dict[str, list[str]] = {
    "auth.teams.list": ["teams", "teams.0.id"],
    "auth.test": ["user", "user_id"],
    "chat.postMessage": ["channel", "ts"],
    "chat.update": ["channel", "ts"],
    "chat.scheduleMessage": ["scheduled_message_id"],
    "chat.scheduledMessages.list": [
        "scheduled_messages",
        "scheduled_messages.0.id",
        "scheduled_messages.0.post_at",
    ],
    "chat.getPermalink": ["permalink"],
    "conversations.history": ["messages", "messages.0.ts"],
    "conversations.replies": ["messages", "messages.0.ts"],
    "conversations.info": ["channel", "channel.id"],
    "conversations.list": ["channels", "channels.0.id", "channels.0.name"],
    "conversations.open": ["channel", "channel.id"],
    "files.getUploadURLExternal": ["upload_url", "file_id"],
    "files.completeUploadExternal": ["files", "files.0.id"],
    "files.info": ["file", "file.id"],
    "reactions.get": ["message"],
    "usergroups.list": ["usergroups", "usergroups.0.id"],
    "usergroups.users.list": ["users"],
    "users.info": ["user", "user.id"],
    "users.list": ["members", "members.0.id"],
    "users.lookupByEmail": ["user", "user.id"],
}
