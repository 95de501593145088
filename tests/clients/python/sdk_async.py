"""The same by slack_sdk's asynchronous client."""

import asyncio
import json
import os

from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    client = AsyncWebClient(os.environ["TOKEN"], base_url=os.environ["BASE"], timeout=30)
    root = await client.chat_postMessage(channel="librec_channel", text="by the async client")
    channel, ts = root["channel"], root["ts"]
    replies = await asyncio.gather(*(
        client.chat_postMessage(channel=channel, thread_ts=ts, text=f"reply {n}") for n in range(5)
    ))  # fmt: skip
    one = await client.files_upload_v2(
        channel=channel, content=b"\x00\x01", filename="bytes.bin", initial_comment="by the loop"
    )
    shared = await client.files_upload_v2(
        channels=[channel, "C0000SECOND"],
        file_uploads=[{"content": "c", "filename": "c.txt"}, {"content": "d", "filename": "d.txt"}],
    )
    seen = await client.conversations_replies(channel=channel, ts=ts)
    print(json.dumps({
        "ts": ts, "replies": len(replies), "seen": len(seen["messages"]),
        "one": one["file"]["id"], "shared": [file["id"] for file in shared["files"]],
    }))  # fmt: skip


asyncio.run(main())
