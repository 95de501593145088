"""What outlives a restart, and the command."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from slack_sdk import WebClient

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import Store
from tests.conftest import run
from tests.sandbox.conftest import MEMBER, client
from tests.support.sandbox_files import ready, reserve

COMMAND = (sys.executable, "-m", "slack_wrapper.cli.main", "sandbox")
SEED = """
team: My Lab
users: [{id: U1, name: bot, is_bot: true}]
channels: [{id: C1, name: results, members: [U1]}]
tokens: [{token: xoxb-mine, user: U1, scopes: [chat:write]}]
"""


def test_messages_and_files_outlive_a_restart(tmp_path: Path) -> None:
    with Sandbox(folder=tmp_path) as box:
        web = client(box)
        first = web.chat_postMessage(channel=MEMBER, text="kept")["ts"]
        web.files_completeUploadExternal(files=[{"id": ready(web)}], channel_id=MEMBER)
        identifier = reserve(web)[1]
        box.store.data["files"][identifier]["state"] = "receiving"
    with Sandbox(folder=tmp_path) as box:
        assert box.messages()[0]["ts"] == first
        assert box.messages()[1]["files"][0]["name"] == "a.txt"
        assert box.store.data["files"][identifier]["state"] == "reserved"
        web = client(box)
        assert web.chat_postMessage(channel=MEMBER, text="new")["ts"] > box.messages()[1]["ts"]
        assert reserve(web)[1] not in (identifier, box.messages()[1]["files"][0]["id"])


def test_ts_rise_even_when_the_clock_goes_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.messages(MEMBER).append({"ts": "9999999999.000001"})
    store.save()
    assert Store(tmp_path).new_ts() == "9999999999.000002"
    stamps = [store.new_ts() for _ in range(5000)]
    assert stamps == sorted(set(stamps))


def test_a_folder_of_its_own_goes_with_it() -> None:
    with Sandbox() as box:
        folder = box.store.folder
        assert folder.is_dir()
    assert not folder.exists()


def wait_for(place: Path) -> dict:
    for _ in range(200):
        if place.exists():
            return json.loads(place.read_text())
        time.sleep(0.05)
    raise AssertionError("the sandbox did not start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal(tmp_path: Path, number: int) -> None:
    (tmp_path / "seed.yaml").write_text(SEED)
    arguments = ["--seed", "seed.yaml", "--state", "state", "--ready-file", "ready.json"]
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    told = wait_for(tmp_path / "ready.json")
    assert told["pid"] == process.pid
    assert (tmp_path / "ready.json").stat().st_mode & 0o777 == 0o600  # the key is in it
    web = WebClient("xoxb-mine", base_url=told["api_url"])
    assert web.chat_postMessage(channel="results", text="seeded")["ok"]
    process.send_signal(number)
    out, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert f"export SLACK_WRAPPER_BASE_URL={told['api_url']}" in out
    exported = run(*COMMAND, "--state", "state", "--export", "out/page.html", cwd=tmp_path)
    assert exported.returncode == 0
    assert "seeded" in (tmp_path / "out" / "page.html").read_text(encoding="utf-8")


def test_the_command_ends_with_its_parent(tmp_path: Path) -> None:
    script = f"{' '.join(COMMAND)} --until-parent-exits --ready-file ready.json & sleep 60"
    parent = subprocess.Popen(
        ["/bin/sh", "-c", script], cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True
    )
    pid = wait_for(tmp_path / "ready.json")["pid"]
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    try:
        for _ in range(100):
            state = Path(f"/proc/{pid}/stat")
            if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
                return
            time.sleep(0.05)
        raise AssertionError("the sandbox goes on without its parent")
    finally:
        os.killpg(parent.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seed", "nowhere.yaml"], "nowhere.yaml: No such file"),
        (["--seed", "bad.yaml"], "bad.yaml is not a seed: tokens[0] has no user"),
        (["--seed", "odd.yaml"], "odd.yaml is not a seed: unknown key chanels"),
        (["--state", "file/x"], "file/x"),
        (["--state", "damaged"], "damaged/state.json is damaged"),
        (["--export", "x.html"], "there is no workspace in no folder"),
        (["--export", "x.html", "--state", "good", "--channel", "y"], "there is no channel y"),
        (["--port", "99999"], "cannot listen on port 99999"),
    ],
)
def test_mistakes_get_a_hint(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "bad.yaml").write_text("channels: [{id: C1, name: x}]\ntokens: [{token: t}]\n")
    (tmp_path / "odd.yaml").write_text("chanels: []\n")
    (tmp_path / "file").write_text("")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "state.json").write_text("{")
    Store(tmp_path / "good").save()
    done = run(*COMMAND, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(tmp_path: Path, box: Sandbox) -> None:
    done = run(*COMMAND, "--port", str(box.port), cwd=tmp_path)
    assert done.returncode == 2
    assert f"cannot listen on port {box.port}" in done.stderr
