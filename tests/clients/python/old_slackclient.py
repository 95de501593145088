"""slackclient, the package before slack_sdk, as programs of 2020 use it."""

import json
import os

import slack

client = slack.WebClient(os.environ["TOKEN"], base_url=os.environ["BASE"], timeout=30)
root = client.chat_postMessage(channel="#librec_channel", text="by slackclient")
client.chat_postMessage(channel=root["channel"], thread_ts=root["ts"], text="its reply")
try:
    client.files_upload(channels="librec_channel", content="x", filename="x.txt")
    refused = ""
except slack.errors.SlackApiError as error:
    refused = error.response["error"]
print(json.dumps({"user": client.auth_test()["user"], "ts": root["ts"], "refused": refused}))
