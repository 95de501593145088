"""What programs do with slack_sdk: messages, threads, files, lists, a webhook."""

import json
import os

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

client = WebClient(os.environ["TOKEN"], base_url=os.environ["BASE"], timeout=30)
who = client.auth_test()
block = {"type": "section", "text": {"type": "mrkdwn", "text": "*a section*"}}
root = client.chat_postMessage(channel="librec_channel", text="by slack_sdk", blocks=[block])
channel, ts = root["channel"], root["ts"]
client.chat_postMessage(channel=channel, thread_ts=ts, text="a reply", reply_broadcast=True)
client.chat_update(channel=channel, ts=ts, text="by slack_sdk, changed", blocks=[])
client.reactions_add(channel=channel, timestamp=ts, name="tada")
one = client.files_upload_v2(
    channel=channel, content="one file", filename="one.txt", title="One", initial_comment="first",
    thread_ts=ts,
)  # fmt: skip
several = client.files_upload_v2(
    channel=channel, initial_comment="two files",
    file_uploads=[{"content": "a", "filename": "a.txt"}, {"content": "b", "filename": "b.txt"}],
)  # fmt: skip
shared = client.files_upload_v2(
    channels=[channel, "C0000SECOND"], content="to both", filename="both.txt"
)
direct = client.chat_postMessage(channel="U00000ADA", text="for Ada")
timed = client.chat_scheduleMessage(
    channel=channel, text="later", post_at=int(os.environ["NOW"]) + 7200
)
listed = client.chat_scheduledMessages_list(channel=channel)["scheduled_messages"]
client.chat_deleteScheduledMessage(
    channel=channel, scheduled_message_id=timed["scheduled_message_id"]
)
refused = []
for call in (
    lambda: client.chat_postMessage(channel="nowhere", text="x"),
    lambda: client.files_upload(channels=channel, content="x"),  # retired in November 2025
    lambda: WebClient("xoxb-wrong", base_url=os.environ["BASE"]).auth_test(),
    lambda: client.chat_postMessage(channel=channel, blocks=[{"type": "sectoin"}], text="x"),
):
    try:
        call()
    except SlackApiError as error:
        refused.append(error.response["error"])
names = [one["name"] for page in client.conversations_list(limit=1) for one in page["channels"]]
hooked = WebhookClient(os.environ["HOOK"]).send(text="by its webhook client", blocks=[block])
seen = client.conversations_replies(channel=channel, ts=ts)["messages"]
print(json.dumps({
    "user": who["user"], "ts": ts, "one": one["file"]["id"], "several": len(several["files"]),
    "shared": shared["file"]["id"], "direct": direct["channel"], "listed": len(listed),
    "refused": refused, "names": names, "hooked": hooked.body,
    "replies": [one["text"] for one in seen],
    "person": client.users_lookupByEmail(email="ada@example.org")["user"]["id"],
    "reaction": client.reactions_get(channel=channel, timestamp=ts)["message"]["reactions"],
    "permalink": client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"],
}))  # fmt: skip
