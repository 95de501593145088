"""Who reaches the socket of a run: each check alone, and the same request with the check off."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slack_wrapper.common import private_dir
from slack_wrapper.model.request import Request
from slack_wrapper.session import protocol, server, thin_client
from slack_wrapper.session.local import LocalSession
from slack_wrapper.session.remote import RemoteSession
from slack_wrapper.session.server import ServedSession

STRANGER = 64_002  # of nobody here
HELLO = Request("message", ("lab",), "hello")
ANSWERED, REFUSED = "hello", "nothing"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux says who is above a process"
)
# A whole question, as a step sends it. `alone`: from a process that has no one above it any more.
ASK = """
import json, os, socket, sys, time
path, user, alone = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "alone"
body = sys.argv[4].encode()
if alone:
    above = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == above:
        time.sleep(0.01)
if user != os.getuid():
    os.setgroups([]); os.setresgid(user, user, user); os.setresuid(user, user, user)
asks = socket.socket(socket.AF_UNIX)
asks.settimeout(30)
asks.connect(path)
try:
    asks.sendall(len(body).to_bytes(4, "big") + body)
    answer = asks.recv(4096)
except (ConnectionResetError, BrokenPipeError):
    answer = b""
print(json.loads(answer[4:])["receipt"]["text"] if answer else "nothing")
"""


class Echo(LocalSession):
    def __init__(self) -> None:
        """Answer without Slack: what is tested is the socket."""

    def post(self, request: Request) -> dict[str, object]:
        return {"text": request.message}


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A socket that all can reach, so that only the checks of its process are between."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", place)
        session = ServedSession(Echo())
        Path(session.path).parent.chmod(0o755)
        Path(session.path).chmod(0o777)
        yield session.path
        session.close()


def asked(path: str, *, user: int | None = None, alone: bool = False) -> str:
    question = {"version": protocol.VERSION, "cwd": "", "request": HELLO.to_dict()}
    words = [path, str(os.getuid() if user is None else user), "alone" if alone else "below"]
    done = subprocess.run(
        [sys.executable, "-c", ASK, *words, json.dumps(question)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_the_control_a_job_of_the_run_is_answered(path: str) -> None:
    assert asked(path) == ANSWERED


@needs_root
def test_another_user_is_not_answered(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one whose process the run has begun, so that only the user differs."""
    assert asked(path, user=STRANGER) == REFUSED
    monkeypatch.setattr(server, "_is_ours", lambda connection: True)
    assert asked(path, user=STRANGER) == ANSWERED


@needs_proc
def test_what_the_run_has_not_begun_is_not_answered(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(path, alone=True) == REFUSED
    monkeypatch.setattr(server, "_descends", lambda pid: True)
    assert asked(path, alone=True) == ANSWERED


@needs_root
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_another_user_cannot_enter_the_folder(path: str, mode: int) -> None:
    Path(path).parent.chmod(mode)
    code = ("import os, socket, sys; os.setgroups([]); os.setuid(int(sys.argv[2]))\n"
            "socket.socket(socket.AF_UNIX).connect(sys.argv[1])")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, path, str(STRANGER)], capture_output=True, check=False
    )
    assert (b"PermissionError" in done.stderr) == (mode == 0o700), done.stderr


LOOKS: dict[str, Callable[[Path], bool]] = {
    "session": private_dir.is_private,
    "thin client": lambda folder: thin_client.private(os.fsencode(folder)),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_a_folder_is_not_believed_for_each_bit_that_opens_it(
    tmp_path: Path, look: Callable[[Path], bool], bit: int
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    assert look(folder)
    folder.chmod(0o700 | bit)
    assert not look(folder)


@needs_root
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_folder_of_another_user_is_not_believed(
    tmp_path: Path, look: Callable[[Path], bool]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    assert look(folder)
    os.chown(folder, STRANGER, STRANGER)
    assert not look(folder)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_link_or_a_file_is_not_believed(tmp_path: Path, look: Callable[[Path], bool]) -> None:
    folder, link, file = (tmp_path / name for name in ("folder", "link", "file"))
    folder.mkdir(mode=0o700)
    link.symlink_to(folder)
    file.touch(mode=0o600)
    assert look(folder)
    assert not look(link)
    assert not look(file)


def test_a_step_tells_nothing_to_a_socket_in_an_open_folder(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(protocol.VARIABLE, path)
    assert RemoteSession.reachable() is None
    Path(path).parent.chmod(0o700)
    assert RemoteSession.reachable()
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
