"""Studies of librec-auto, and what is made of them."""

from typing import Any

from slack_wrapper.sandbox.server import Sandbox

FILE = """
<script lang="python3" src="system">
  <script-name>slack-post.py</script-name>
  <param name="option">file</param>
  <param name="channel">librec_channel</param>
  <param name="encrypted_key">keys/slack-api.enc</param>
  <param name="file">post/viz-bar-NormalizedDCG.jpg</param>
  <param name="message">NDCG for the experiment</param>
  <param name="password"/>
</script>
"""


MESSAGE = """
<script lang="python3" src="system">
  <script-name>slack-post.py</script-name>
  <param name="option">message</param>
  <param name="channel">librec_channel</param>
  <param name="encrypted_key">keys/slack-api.enc</param>
  <param name="message">The study is complete: {60 %} &amp; "quoted". Grüße</param>
  <param name="password"/>
</script>
"""


SAID = 'The study is complete: {60 %} & "quoted". Grüße'


def files_of(sandbox: Sandbox, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    files = [file for message in messages for file in message.get("files") or []]
    return [sandbox.store.data["files"][file["id"]] for file in files]
