"""(e) 1,000 posts against a server that takes one message a second: total time over the floor.

The posts go to one channel, from eight threads, as the steps of a run do, through a real session
with its ledger. The server's clock is scaled, and the length of a turn with it; nothing else of
ours is. The floor is one second for each message after the burst that the server takes at once.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from benchmarks.measuring import Row, at_most, server

SERVE = """
import os, sys
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
user = {**DEFAULT_SEED["tokens"][0], "token": "xoxb-sandbox-token"}
seed = {**DEFAULT_SEED, "tokens": [user]}
with Sandbox(seed=seed, rate_limits=True, scale=float(os.environ["SCALE"])) as box:
    print(box.api_url, flush=True)
    sys.stdin.read()
"""
THREADS = 8
BURST = 5  # what the server takes at once


def post_all(url: str, posts: int, scale: float) -> float:
    """Post from several threads; return the seconds of Slack's clock that it took."""
    from slack_wrapper.client import rate_limit
    from slack_wrapper.message.parameters import build
    from slack_wrapper.session.factory import open_local

    rate_limit.INTERVAL = 1.0 / scale
    session = open_local({"base_url": url, "max_wait": 10_000})
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(posts):
        todo.put(number)

    def work() -> None:
        while True:
            try:
                number = todo.get_nowait()
            except Empty:
                return
            params = {"message": f"post {number}", "channel": "librec_channel"}
            receipt = session.post(build(params, receipt=f"out/{number}.json", rule="post"))
            assert receipt["status"] == "delivered", receipt

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    session.post(build({"message": "first", "channel": "general"}))  # connected, imported
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.monotonic() - started) * scale


def rows(*, quick: bool = False) -> list[Row]:
    """Return the row of the table."""
    posts, scale = (25, 10.0) if quick else (1000, float(os.environ.get("BENCH_SCALE", "10")))
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name, server(SERVE, SCALE=str(scale)) as url:
        os.chdir(name)
        os.environ.update(TMPDIR=name, SLACK_BOT_TOKEN="xoxb-sandbox-token")
        tempfile.tempdir = None
        try:
            took = post_all(url, posts, scale)
        finally:
            os.chdir(before)
            del os.environ["TMPDIR"], os.environ["SLACK_BOT_TOKEN"]
            tempfile.tempdir = None
    floor = float(posts - BURST)
    what = f"{posts} posts at 1 message/s (the clock runs {scale:g}×), seconds / floor"
    return [at_most("e", what, f"{took:.0f} s", f"{floor:.0f} s", took / floor, 1.05)]


if __name__ == "__main__":
    sys.exit("run it with: python -m benchmarks pacing")
