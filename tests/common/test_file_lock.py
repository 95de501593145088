"""Locks that only those can hold who may write, and that nobody waits for without an end."""

import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.common import file_lock

GROUP, STRANGER = 64_321, 64_002  # of nobody here
HOLD = """
import fcntl, os, sys
os.setgroups([]); os.setresgid({group}, {group}, {group}); os.setresuid({user}, {user}, {user})
fcntl.flock(os.open({path!r}, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may look into: pytest closes its own ones."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


def holds(path: Path, user: int, group: int) -> bool:
    """Whether another user, who can read at most, gets the lock."""
    if os.geteuid() != 0:
        pytest.skip("root alone becomes other users")
    code = HOLD.format(path=str(path), user=user, group=group)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "PermissionError" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("like_folder", [False, True])
@pytest.mark.parametrize("umask", [0, 0o002, 0o022])
@pytest.mark.parametrize("left", [None, 0o644, 0o666])
def test_who_may_not_write_to_the_folder_cannot_hold_it(
    folder: Path, umask: int, left: int | None, like_folder: bool
) -> None:
    """Also one that an earlier release has left, but for one that all could write to anyway."""
    lock, before = folder / "lock", os.umask(umask)
    try:
        if left:
            lock.touch()
            lock.chmod(left)
            if left == 0o644:
                assert holds(lock, STRANGER, STRANGER)  # the control: who can read it can hold it
        os.close(file_lock.open_lock(lock, like_folder=like_folder))
    finally:
        os.umask(before)
    if like_folder or left != 0o666:
        assert not holds(lock, STRANGER, STRANGER)


def test_it_is_never_open_to_readers_for_a_moment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A descriptor that was had in that moment holds the lock for as long as its owner likes."""
    modes, chmod = [], os.fchmod

    def fchmod(handle: int, mode: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        chmod(handle, mode)

    monkeypatch.setattr(os, "fchmod", fchmod)
    folder.chmod(0o775)
    before = os.umask(0)
    try:
        os.close(file_lock.open_lock(folder / "lock", like_folder=True))
    finally:
        os.umask(before)
    assert modes == [0o600]
    assert stat.S_IMODE((folder / "lock").stat().st_mode) == 0o660


def test_members_of_the_folders_group_can_hold_it(folder: Path) -> None:
    folder.chmod(0o2775)
    if os.geteuid() == 0:
        os.chown(folder, 0, GROUP)
    os.close(file_lock.open_lock(folder / "lock", like_folder=True))
    assert holds(folder / "lock", STRANGER, GROUP)
    assert not holds(folder / "lock", STRANGER, STRANGER)


def test_a_lock_that_is_held_is_not_waited_for_without_an_end(folder: Path) -> None:
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with file_lock.locked(folder / "lock", 0.05) as ours:
            assert not ours
    with file_lock.locked(folder / "lock", 0.05) as ours:
        assert ours


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("lock.x")])
def test_what_is_not_a_regular_file_is_not_a_lock(folder: Path, make) -> None:
    make(folder / "lock")
    with file_lock.locked(folder / "lock", 0.05) as ours:
        assert not ours
    assert not (folder / "lock.x").exists()
