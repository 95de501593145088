"""Two members of a lab in one working directory: they continue each other's posts."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.common import file_lock
from slack_wrapper.spool import digest_log
from slack_wrapper.spool.entry import Entry, read
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress
from tests.conftest import REPOSITORY

GROUP, ANNA, BERT = 64_321, 64_001, 64_002  # of nobody here
STATE = Path(".snakemake") / "slack"
WRITE = """
import sys
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool.progress import Progress
from slack_wrapper.spool import digest_log, kept_files
from slack_wrapper.spool import receipt_lock
from pathlib import Path
ledger, outbox = Ledger(), Outbox()
request = {"option": "message", "channels": ["lab"], "receipt": "slack/a.json", "files": []}
ledger.save(Entry("a" * 20, request, Progress(), "a" * 20))
waits = Entry("post", request, Progress(), "b" * 20)
waits.files["data.txt"] = kept_files.keep("data.txt", outbox.files / waits.progress.key,
                                       changes=lambda path: True)
outbox.take(waits, "slack is away", ledger.sending)
message = digest_log.new(Path(".snakemake/slack/digests"), "All", ("", "lab"))
message.put("c" * 20, "a line", "slack/c.json")
message.root = request
message.write()
with outbox.flushing() as ours, receipt_lock.locked() as held:
    assert ours and held
"""
READ = """
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from slack_wrapper.spool import digest_log
from slack_wrapper.spool import receipt_lock
from pathlib import Path
ledger, outbox = Ledger(), Outbox()
assert ledger.find("a" * 20), "a post of hers that was killed would be doubled"
with outbox.flushing() as ours, receipt_lock.locked() as held:
    assert ours and held
    entry, = outbox.entries()
    assert Path(entry.files["data.txt"].kept).read_text() == "data"
    outbox.update(entry, "mine now")
    outbox.remove(entry)
message, = digest_log.read_all(Path(".snakemake/slack/digests"))
message.put("d" * 20, "a line of mine", "slack/d.json")
message.write()
ledger.forget(ledger.find("a" * 20))
"""


def as_user(
    user: int, code: str, umask: int, group: int = GROUP
) -> "subprocess.CompletedProcess[str]":
    """Run Python as another user, who may not read where Python is: so all is imported before."""
    became = f"""
import os, sys
sys.path[:0] = {[str(REPOSITORY), *filter(None, sys.path)]!r}
import slack_wrapper.spool.digest_log, slack_wrapper.spool.outbox, slack_wrapper.spool.kept_files
import slack_wrapper.spool.receipt_lock, pwd, codecs, fcntl, traceback, linecache
for name in ("ascii", "utf-8", "idna"):
    codecs.lookup(name)
os.setgroups([]); os.setresgid({group}, {group}, {group}); os.setresuid({user}, {user}, {user})
os.umask({umask})
"""
    return subprocess.run(
        [sys.executable, "-c", became + code], capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the group, which both may reach: pytest closes its own ones to others."""
    if os.geteuid() != 0:
        pytest.skip("root alone becomes other users")
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        made = Path(place) / "shared"
        made.mkdir()
        os.chown(made, ANNA, GROUP)
        made.chmod(0o2775)
        with monkeypatch.context() as patched:
            patched.chdir(made)
            Path("data.txt").write_text("data")
            Path("data.txt").chmod(0o644)
            yield made


@pytest.mark.parametrize("umask", [0o002, 0o022])
def test_they_continue_each_others_posts(folder: Path, umask: int) -> None:
    wrote = as_user(ANNA, WRITE, umask)
    assert wrote.returncode == 0, wrote.stderr
    for path in [STATE, *STATE.rglob("*")]:
        mode = path.stat().st_mode
        assert path.stat().st_gid == GROUP, path
        if path.is_dir():
            assert stat.S_IMODE(mode) == 0o2775, path
        elif path.name != "data.txt":  # a copy is as open as the file itself
            assert mode & 0o060 == 0o060, path
    done = as_user(BERT, READ, umask)
    assert done.returncode == 0, done.stderr
    control = subprocess.run(["chmod", "-R", "go-rwx", ".snakemake"], check=True)
    assert control.returncode == 0
    assert as_user(BERT, READ, umask).returncode != 0


def test_what_another_member_closed_is_told_and_not_posted(folder: Path) -> None:
    """As the first releases left it, with mode 0600."""
    assert as_user(ANNA, WRITE, 0o002).returncode == 0
    for path in STATE.rglob("*.json"):
        path.chmod(0o600)
    told = as_user(BERT, "from slack_wrapper.spool.ledger import Ledger\n"
                         "Ledger().find('a' * 20)\n", 0o002)  # fmt: skip
    assert "StateUnreadable" in told.stderr
    assert "permission denied" in told.stderr
    code = (
        "from slack_wrapper.spool.outbox import Outbox\no = Outbox()\n"
        "assert o.entries() == []\nassert not o.waits()\nassert len(o.names()) == 1\n"
    )
    blocked = as_user(BERT, code, 0o002)
    assert blocked.returncode == 0, blocked.stderr
    assert "cannot be read: permission denied" in blocked.stderr
    assert len(Outbox().entries()) == 1  # it stays where it was, for her


def test_in_a_folder_of_ones_own_state_is_as_closed_as_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    Ledger().save(Entry("post", {"option": "message", "channels": ["lab"]}, Progress(key="a")))
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in STATE.rglob("*")}
    assert modes == {0}


def test_a_lock_cannot_be_held_by_who_may_only_read(folder: Path) -> None:
    assert as_user(ANNA, WRITE, 0o002).returncode == 0
    lock = f"import fcntl\nfcntl.flock(open({str(STATE / 'lock')!r}), fcntl.LOCK_EX)\n"
    assert as_user(BERT, lock, 0o002).returncode == 0  # the control: a member may
    assert "PermissionError" in as_user(64_003, lock, 0o002, group=64_004).stderr
    assert file_lock.acquire(file_lock.open_lock(STATE / "lock"), 0)


def copy(to: Path) -> None:
    subprocess.run(["cp", "-a", ".", to], check=True)


@pytest.fixture
def queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a post that waits, and a shared message that is behind."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    request = {"option": "message", "channels": ["lab"], "receipt": "slack/a.json"}
    Outbox().take(Entry("post", request, Progress(), "b" * 20), "away", STATE / "sending")
    message = digest_log.new(STATE / "digests", "All", ("", "lab"))
    message.put("c" * 20, "a line", "slack/c.json")
    message.root = request
    message.write()
    return work


def deliverable() -> int:
    outbox = Outbox()
    return len([one for name in outbox.names() if (one := outbox.own(name))])


def here() -> list[bool]:
    return [one.is_from(STATE) for one in digest_log.read_all(STATE / "digests")]


def test_a_copy_is_asked_for_and_blocks_nothing(
    queued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliverable() == 1
    copy(queued.parent / "copy")
    monkeypatch.chdir(queued.parent / "copy")
    assert deliverable() == 0
    assert here() == [False]
    assert not Outbox().waits()
    (entry,) = Outbox().elsewhere()
    assert str(queued) in str(entry.origin)
    Outbox().bring_here(entry)
    assert deliverable() == 1
    assert Outbox().waits()
    monkeypatch.chdir(queued)
    assert deliverable() == 1  # the original is as it was


def test_a_moved_folder_is_the_same_one(queued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = queued.rename(queued.parent / "moved")
    monkeypatch.chdir(moved)
    assert deliverable() == 1
    assert here() == [True]


def test_another_host_that_mounts_the_folder_goes_on(
    queued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slack_wrapper.spool.origin._machine", lambda: "another")
    assert deliverable() == 1
    assert here() == [True]


def test_a_folder_that_was_restored_in_its_place_goes_on(
    queued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(queued.parent / "copy")
    queued.rename(queued.parent / "old")
    (queued.parent / "copy").rename(queued)
    monkeypatch.chdir(queued)
    assert deliverable() == 1
    monkeypatch.setattr("slack_wrapper.spool.origin._machine", lambda: "another")
    assert deliverable() == 0  # the control: a copy on another host, at the same path


def test_an_entry_of_a_release_that_said_no_place_goes_on(queued: Path) -> None:
    (path,) = (STATE / "outbox").glob("*.json")
    data = json.loads(path.read_text())
    del data["origin"]
    path.write_text(json.dumps({**data, "version": 2}))
    assert deliverable() == 1
    assert read(path).origin is None
