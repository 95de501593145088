"""A large upload: our streamed one against slack_sdk's, memory and time, in one go.

Each side runs in a process of its own, against a sandbox in a third, in interleaved pairs.
Use: python benchmarks/upload.py [--size-mib 1024] [--pairs 3]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

AIM_MIB = 40
SERVE = """
from slack_wrapper.sandbox.server import Sandbox
import sys
with Sandbox(keep_bytes=False) as box:
    print(box.api_url, flush=True)
    sys.stdin.read()
"""


def memory(name: str) -> float:
    """Return VmRSS or VmHWM of this process in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def ours(url: str, path: str) -> Iterator[None]:
    from slack_wrapper.client import files, uploads
    from slack_wrapper.client.retry import Retrier
    from slack_wrapper.client.transport import Transport
    from slack_wrapper.redact import Secret

    transport = Transport(Secret("xoxb-sandbox-token"), base_url=url)
    transport.call("auth.test", {})
    yield
    sent = uploads.upload(transport, files.check(path), Retrier())
    share = uploads.Share("C0000LIBREC", None, None, "channel librec_channel")
    uploads.share(transport, [sent], share, Retrier())


def slack_sdk(url: str, path: str) -> Iterator[None]:
    from slack_sdk import WebClient

    client = WebClient("xoxb-sandbox-token", base_url=url, timeout=300)
    client.auth_test()
    yield
    client.files_upload_v2(channel="C0000LIBREC", file=path)


SIDES = {"ours": ours, "slack_sdk": slack_sdk}


def measure(side: str, url: str, path: str) -> None:
    """Run one side here and print seconds and the growth of its memory in MiB."""
    steps = SIDES[side](url, path)
    next(steps)  # imported, connected: what follows is the upload
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew, see proc(5)
    before, started = memory("VmRSS"), time.monotonic()
    next(steps, None)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "mib": memory("VmHWM") - before}))


def compare(size: int, pairs: int) -> dict[str, dict[str, float]]:
    """Return the medians of each side."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        path = Path(folder) / "large.bin"
        with path.open("wb") as file:
            file.truncate(size << 20)
        url = server.stdout.readline().strip()
        for _ in range(pairs):
            for side in SIDES:
                done = subprocess.run(
                    [sys.executable, __file__, "--measure", side, url, str(path)],
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
                found[side].append(json.loads(done.stdout))
        server.stdin.close()
    return {
        side: {key: statistics.median(one[key] for one in runs) for key in ("seconds", "mib")}
        for side, runs in found.items()
    }


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-mib", type=int, default=1024)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(*args.measure)
        return
    result = compare(args.size_mib, args.pairs)
    print(f"upload of {args.size_mib} MiB over HTTP on loopback, medians of {args.pairs} pairs")
    print(f"{'':10}{'seconds':>10}{'peak growth, MiB':>20}")
    for side, row in result.items():
        print(f"{side:10}{row['seconds']:10.2f}{row['mib']:20.1f}")
    mine, theirs = result["ours"], result["slack_sdk"]
    print(f"{'ratio':10}{theirs['seconds'] / mine['seconds']:10.2f}"
          f"{theirs['mib'] / max(mine['mib'], 0.1):20.1f}")  # fmt: skip
    print(f"ours grows by {'at most' if mine['mib'] <= AIM_MIB else 'MORE THAN'} {AIM_MIB} MiB")


if __name__ == "__main__":
    main()
