"""The sandbox as a command: another user reads neither its files nor its pages."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

STRANGER = 64_002  # of nobody here
PAGES = ("", "channel/librec_channel", "sandbox/state", "sandbox/calls", "?key=wrong")
LOOK = """
import os, sys, urllib.error, urllib.request
user, key, folder, url, *pages = sys.argv[1:]
import http.client, socket, email.parser, encodings.idna  # what another user cannot read later
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
os.setgroups([]); os.setresgid(int(user), int(user), int(user))
os.setresuid(int(user), int(user), int(user))
for place in ("state/state.json", "ready.json"):
    try:
        print(open(os.path.join(folder, place)).read())
    except PermissionError:
        print("closed")
for page in pages:
    given = {"X-Sandbox-Key": key} if key else {}
    try:
        print(opener.open(urllib.request.Request(url + "/" + page, headers=given)).read().decode())
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode())
"""


@dataclass
class Served:
    """A sandbox that serves.

    Args:
        folder: that all may look into.
        told: its ready file.
    """

    folder: Path
    told: dict[str, str]


def begin(folder: Path) -> "subprocess.Popen[bytes]":
    """Begin it under the most open umask there is, and wait until it serves."""
    (folder / "ready.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "slack_wrapper.cli.main", "sandbox"]
    process = subprocess.Popen(
        [*command, "--state", "state", "--ready-file", "ready.json"],
        cwd=folder, stdout=subprocess.DEVNULL, umask=0,
    )  # fmt: skip
    while not (folder / "ready.json").exists():
        assert process.poll() is None
        time.sleep(0.05)
    return process


def end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture
def served() -> Iterator[Served]:
    """Begin it a second time: its state is written at its end."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        end(begin(folder))
        process = begin(folder)
        try:
            yield Served(folder, json.loads((folder / "ready.json").read_text()))
        finally:
            end(process)


def seen(box: Served, user: int, key: str = "") -> str:
    words = [str(user), key, str(box.folder), box.told["url"], *PAGES]
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_sees_nothing_of_it(served: Served) -> None:
    told = seen(served, STRANGER)
    assert served.told["token"] not in told
    assert served.told["key"] not in told
    assert "librec_channel" not in told
    assert told.count("closed") == 2
    assert told.count("403 ") == len(PAGES)
    command = Path(f"/proc/{served.told['pid']}/cmdline").read_bytes()
    assert b"sandbox" in command
    assert served.told["key"].encode() not in command


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_the_control_its_user_and_whoever_has_the_key_do(served: Served) -> None:
    assert served.told["token"] in seen(served, 0)
    assert "librec_channel" in seen(served, STRANGER, served.told["key"])
