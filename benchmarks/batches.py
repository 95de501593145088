"""(i) 20 files of 1 MiB in a digest when Slack is 80 ms away, over TLS.

Beside it a script that somebody would write with slack_sdk: `files_upload_v2` with ten files a
message, as many as a digest puts into one. Both run in a process of their own and are measured from
the first call on; ours also waits until the files are in the channel, and hashes them.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.far import channel_id, far
from benchmarks.measuring import Row, at_most, interleaved

OURS, SDK = "ours", "slack_sdk"
BATCH = 10  # files in one message, of both


def ours(paths: list[str]) -> Callable[[], object]:
    """Return what posts a digest."""
    from slack_wrapper.client.identity import identify
    from slack_wrapper.message.parameters import build
    from slack_wrapper.session.factory import open_local

    session = open_local({})
    identify(session.workspace(None).transport)
    params = {"option": "digest", "message": "all samples", "file": paths,
              "channel": channel_id(0)}  # fmt: skip

    def post() -> None:
        receipt = session.post(build(params, receipt="out/all.json", rule="all"))
        parts = [receipt, *receipt.get("replies", ())]
        sent = [len(one["files"]) for one in parts]
        assert sum(sent) == len(paths), sent
        assert {one["status"] for one in parts} == {"delivered"}

    return post


def sdk(paths: list[str]) -> Callable[[], object]:
    """Return what posts the same by slack_sdk, in batches."""
    from slack_sdk import WebClient

    client = WebClient(
        os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_WRAPPER_BASE_URL"], timeout=120
    )
    client.auth_test()

    def post() -> None:
        for start in range(0, len(paths), BATCH):
            client.files_upload_v2(
                channel=channel_id(0), initial_comment="all samples",
                file_uploads=[{"file": path} for path in paths[start : start + BATCH]],
            )  # fmt: skip

    return post


def measure(side: str, folder: str) -> None:
    """Post in this process; print seconds and CPU seconds."""
    paths = sorted(str(path) for path in Path(folder).glob("*.bin"))
    post = {OURS: ours, SDK: sdk}[side](paths)
    started, cpu = time.monotonic(), time.process_time()
    post()
    print(json.dumps([time.monotonic() - started, time.process_time() - cpu, 0.0]))


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    count, rounds = (4, 1) if quick else (20, 3)
    with tempfile.TemporaryDirectory() as files, far() as slack:
        for number in range(count):
            (Path(files) / f"{number:02}.bin").write_bytes(os.urandom(1 << 20))
        found = interleaved([OURS, SDK], rounds, lambda side: slack.run("batches", side, files))
    mine, other = found[OURS], found[SDK]
    what = f"{count} files of 1 MiB in a digest, 80 ms a round trip: ours / slack_sdk"
    texts = (f"{mine.wall:.2f} s", f"{other.wall:.2f} s")
    cpu = (f"{mine.cpu:.2f} s", f"{other.cpu:.2f} s")
    return [
        at_most("i", f"{what}, wall", *texts, mine.wall / other.wall, 0.35),
        Row("i", f"{what}, CPU", *cpu, f"{mine.cpu / other.cpu:.2f}"),
    ]


if __name__ == "__main__":
    measure(*sys.argv[1:])
