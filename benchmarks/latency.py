"""(h) A message to a known channel when Slack is 80 ms away, over TLS.

Ours is a session that has had its preflight, as that of a run: it writes the post down, calls
Slack, makes the link, writes the receipt's facts down. Beside it one kept connection of http.client
that posts the same text, which is as fast as it can be; and slack_sdk, which opens a new one each
time. All run in processes of their own, message after message, each to a channel of its own.
"""

import http.client
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from benchmarks.far import channel_id, far
from benchmarks.measuring import REPOSITORY, Cost, Row, at_most, interleaved

OURS, KEPT, SDK = "ours", "http.client, one connection", "slack_sdk"
Post = Callable[[int], object]


def ours() -> Post:
    """Return what posts by a session."""
    from slack_wrapper.client.identity import identify
    from slack_wrapper.message.parameters import build
    from slack_wrapper.session.factory import open_local

    session = open_local({})
    identify(session.workspace(None).transport)  # the preflight asks that

    def post(number: int) -> None:
        params = {"message": f"message {number}", "channel": channel_id(number)}
        receipt = session.post(build(params, receipt=f"out/{number}.json", rule="post"))
        assert receipt["status"] == "delivered", receipt

    return post


def kept() -> Post:
    """Return what posts on one connection."""
    url, token = os.environ["SLACK_WRAPPER_BASE_URL"], os.environ["SLACK_BOT_TOKEN"]
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(number: int) -> None:
        body = json.dumps({"channel": channel_id(number), "text": f"message {number}"})
        connection.request("POST", f"{parts.path}chat.postMessage", body, headers)
        assert json.load(connection.getresponse())["ok"]

    return post


def sdk() -> Post:
    """Return what posts by slack_sdk."""
    from slack_sdk import WebClient

    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_WRAPPER_BASE_URL"])
    return lambda number: client.chat_postMessage(
        channel=channel_id(number), text=f"message {number}"
    )


SIDES = {OURS: ours, KEPT: kept, SDK: sdk}


def measure(side: str, count: int) -> None:
    """Post in this process; print the median of the seconds, and the CPU seconds, of a message."""
    post = SIDES[side]()
    post(0)  # connected, imported
    walls, cpu = [], time.process_time()
    for number in range(1, count + 1):
        started = time.perf_counter()
        post(number)
        walls.append(time.perf_counter() - started)
    print(json.dumps([statistics.median(walls), (time.process_time() - cpu) / count, 0.0]))


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    count, rounds = (3, 1) if quick else (25, 5)
    calls: dict[str, Counter[str]] = {}
    with far() as slack:

        def run(side: str) -> Cost:
            cost = slack.run("latency", side, str(count))
            calls[side] = slack.calls()
            return cost

        found = interleaved(list(SIDES), rounds, run)
    return _rows(found, calls, count)


def _rows(found: dict[str, Cost], calls: dict[str, Counter[str]], count: int) -> list[Row]:
    made = []
    for other, aim in ((KEPT, 1.15), (SDK, None)):
        mine, theirs = found[OURS].wall * 1000, found[other].wall * 1000
        what = f"a message, TLS, 80 ms a round trip: ours / {other}, wall"
        texts = (f"{mine:.0f} ms", f"{theirs:.0f} ms")
        made.append(
            at_most("h", what, *texts, mine / theirs, aim)
            if aim
            else Row("h", what, *texts, f"{mine / theirs:.2f}")
        )
        mine, theirs = found[OURS].cpu * 1000, found[other].cpu * 1000
        what = f"the same: ours / {other}, CPU"
        made.append(Row("h", what, f"{mine:.1f} ms", f"{theirs:.1f} ms", f"{mine / theirs:.2f}"))
    posts = calls[OURS]["chat.postMessage"]
    # What is asked once a process is no call of a message.
    each = sum(calls[OURS].values()) - calls[OURS]["auth.test"]
    made.append(
        Row("h", "calls a message, beside one auth.test a run", f"{each / posts:.2f}",
            "1", f"{each / posts:.2f}", "= 1", each == posts == count + 1)
    )  # fmt: skip
    return made


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    measure(sys.argv[1], int(sys.argv[2]))
