"""Where a post was written down: a working directory that is copied must not post everything twice.

A folder is the same one when its inode is (it was moved within its file system, or is mounted on
several hosts of a cluster, at whatever path), or when host and path are (it was restored in its
place, or its file system gives out inode numbers anew, as some network file systems do). A copy,
also one that `mv` makes between two file systems, is another folder.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")


@dataclass(frozen=True)
class Origin:
    """A folder of state files on a host.

    Args:
        host: its name, for people.
        machine: tells hosts of one name apart: 16 hex digits made from the machine's ID.
        folder: absolute path of the working directory, for people.
        inode: of the folder of state files.
    """

    host: str
    machine: str
    folder: str
    inode: int

    def is_same(self, other: Origin) -> bool:
        """Whether both are one folder; see the head of this module."""
        if self.inode == other.inode:
            return True
        return (self.machine, self.folder) == (other.machine, other.folder)

    def __str__(self) -> str:
        return f"{self.folder} on {self.host}"


def here(state: Path) -> Origin:
    """Return where the state files of a folder are now.

    Args:
        state: the folder of state files, `.snakemake/slack` of a working directory.

    Raises:
        OSError: there is no such folder.
    """
    whole = os.path.realpath(state)
    work = os.path.dirname(os.path.dirname(whole))  # noqa: PTH120
    return Origin(socket.gethostname(), _machine(), work, state.stat().st_ino)


@functools.cache
def _machine() -> str:
    """Return what tells this machine from others; its ID itself is not for others to see."""
    found = socket.gethostname()
    for path in _MACHINE_IDS:
        with contextlib.suppress(OSError):
            text = Path(path).read_text(encoding="ascii", errors="replace").strip()
            if text:
                found = text
                break
    return hashlib.sha256(f"slack-wrapper\0{found}".encode()).hexdigest()[:16]
