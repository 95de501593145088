"""(b) A large upload: ours against slack_sdk, httpx, requests and curl; memory and time.

Each side runs in a process of its own, in interleaved rounds, against a server in another process
that keeps nothing. What is measured begins after imports and a first call, so that neither counts;
of curl it is the whole process. Ours hashes what it sends, for the receipt; the others do not, so
that curl stands here twice: alone, and with `openssl dgst` beside it, which does the same work.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.far import certificate
from benchmarks.measuring import REPOSITORY, Cost, Row, environment, interleaved, served

AIM_MIB = 40
CURL, CURL_AND_HASH = "curl", "curl and openssl dgst"
DIGEST = ("openssl", "dgst", "-sha256")  # as fast as Python's, unlike some sha256sum
SIDES = ("ours", "slack_sdk", "httpx", "requests", CURL, CURL_AND_HASH)


def memory(name: str, pid: object = "self") -> float:
    """Return VmRSS or VmHWM of a process in MiB; 0 when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
    except (OSError, StopIteration):
        return 0.0


def ours(url: str, path: str) -> Callable[[], object]:
    """The way of a step: reserve, stream and hash."""
    from slack_wrapper.client import local_file, uploads
    from slack_wrapper.client.retry import Retrier
    from slack_wrapper.client.web_api import WebApiTransport
    from slack_wrapper.common.redact import Secret

    transport = WebApiTransport(Secret("xoxb-bench"), base_url=f"{url}/api/")
    transport.call("auth.test", {})
    return lambda: uploads.upload(transport, local_file.check(path), Retrier())


def slack_sdk(url: str, path: str) -> Callable[[], object]:
    """files_upload_v2 of the library."""
    from slack_sdk import WebClient

    client = WebClient("xoxb-bench", base_url=f"{url}/api/", timeout=300)
    client.auth_test()
    return lambda: client.files_upload_v2(channel="C1", file=path)


def httpx(url: str, path: str) -> Callable[[], object]:
    """A file object as content, which it streams."""
    import httpx

    client = httpx.Client(timeout=300)
    client.post(f"{url}/api/auth.test", content=b"{}")
    headers = {"Content-Length": str(Path(path).stat().st_size)}

    def send() -> None:
        with Path(path).open("rb") as file:
            client.post(f"{url}/upload", content=file, headers=headers).raise_for_status()

    return send


def requests(url: str, path: str) -> Callable[[], object]:
    """A file object as data, which it streams."""
    import requests

    session = requests.Session()
    session.verify = os.environ["SSL_CERT_FILE"]
    session.post(f"{url}/api/auth.test", data=b"{}")

    def send() -> None:
        with Path(path).open("rb") as file:
            session.post(f"{url}/upload", data=file).raise_for_status()

    return send


def measure(side: str, url: str, path: str) -> None:
    """Run one side here and print its seconds, CPU seconds and growth in MiB."""
    send = globals()[side](url, path)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew, see proc(5)
    before, cpu, started = memory("VmRSS"), time.process_time(), time.monotonic()
    send()
    wall, cpu = time.monotonic() - started, time.process_time() - cpu
    print(json.dumps([wall, cpu, memory("VmHWM") - before]))


def curl(url: str, path: str, *, hashing: bool) -> Cost:
    """`curl -T`, by POST as Slack wants it; its memory above that of a small upload.

    Args:
        url, path: where, and what.
        hashing: whether `openssl dgst -sha256` reads the file meanwhile; both have to end.
    """
    small = Path(path).with_name("small.bin")
    small.write_bytes(b"x")
    peaks = []
    for source in (str(small), path):
        argv = ["curl", "-sS", "--fail", "-X", "POST", "-T", source, "-o", os.devnull]
        if url.startswith("https"):
            argv += ["--cacert", os.environ["SSL_CERT_FILE"]]
        peak, started = 0.0, time.monotonic()
        child = subprocess.Popen([*argv, f"{url}/upload"])
        beside = subprocess.Popen([*DIGEST, source], stdout=subprocess.DEVNULL) if hashing else None
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, memory("VmHWM", child.pid))
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"curl ended with {child.returncode}")
        cpu = usage.ru_utime + usage.ru_stime
        if beside:
            usage = os.wait4(beside.pid, 0)[2]
            beside.returncode = 0
            cpu += usage.ru_utime + usage.ru_stime
        peaks.append(peak)
    return Cost(time.monotonic() - started, cpu, peaks[1] - peaks[0])


def sink(*certificates: str) -> AbstractContextManager[str]:
    """Run the server in a process of its own; give its address."""
    return served([sys.executable, str(REPOSITORY / "benchmarks" / "sink.py"), *certificates])


def compare(scheme: str, size: int, rounds: int) -> dict[str, Cost]:
    """Return the medians of each side that is installed here."""
    with tempfile.TemporaryDirectory() as name:
        path, pem = Path(name) / "large.bin", certificate(Path(name))
        with path.open("wb") as file:
            file.truncate(size << 20)
        os.environ["SSL_CERT_FILE"] = str(pem)
        env = environment(SSL_CERT_FILE=str(pem))

        def one(side: str) -> Cost:
            if side in (CURL, CURL_AND_HASH):
                return curl(url, str(path), hashing=side == CURL_AND_HASH)
            argv = [sys.executable, "-m", "benchmarks.upload", side, url, str(path)]
            done = subprocess.run(argv, capture_output=True, text=True, check=True, env=env)
            return Cost(*json.loads(done.stdout))

        missing = {name for name in ("curl", "openssl") if not shutil.which(name)}
        sides = [side for side in SIDES if missing.isdisjoint(side.split())]
        with sink(*[str(pem)] * (scheme == "TLS")) as url:
            return interleaved(sides, rounds, one)


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    size, rounds, found = (64, 1, []) if quick else (1024, 7, [])
    for scheme in ("HTTP", "TLS"):
        costs = compare(scheme, size, rounds)
        mine = costs.pop("ours")
        for side, other in costs.items():
            ratio = mine.wall / other.wall
            curl_row = side in (CURL, CURL_AND_HASH)
            found.append(
                Row("b", f"{size} MiB over {scheme}, seconds (CPU): {side}",
                    f"{mine.wall:.2f} ({mine.cpu:.2f})", f"{other.wall:.2f} ({other.cpu:.2f})",
                    f"{ratio:.2f}", "≤ 1" if curl_row else "", ratio <= 1 if curl_row else None)
            )  # fmt: skip
        others = ", ".join(f"{side} {max(0.0, other.peak):.0f}" for side, other in costs.items())
        found.append(
            Row("b", f"{size} MiB over {scheme}, memory above import", f"{mine.peak:.1f} MiB",
                others, f"{mine.peak:.1f}", f"≤ {AIM_MIB}", mine.peak <= AIM_MIB)
        )  # fmt: skip
    return found


if __name__ == "__main__":
    measure(*sys.argv[1:])
