"""Where a session's socket lies: a folder that only its user can enter, looked after for hours."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

from slack_wrapper.common.private_dir import is_private

# The host is in the name: a temporary folder may be shared by hosts whose process IDs differ.
_PREFIX = f"slack-wrapper-{re.sub('[^A-Za-z0-9]', '', socket.gethostname())[:16]}-"
_MAX_PATH = 100  # bytes; a socket's path may have 107 on Linux, 103 on macOS: unix(7)
_SHARED = "/tmp"  # noqa: S108 - where the temporary folder's path is too long


class Place:
    """A private folder with a listening socket in it.

    It lies in the temporary folder and not in $XDG_RUNTIME_DIR, which goes when the user logs out,
    as one does who leaves a run in tmux.

    Raises:
        OSError: no folder takes a socket.
    """

    def __init__(self) -> None:
        sweep()
        self.folder = _new_folder()
        self.listener = self._listen()

    @property
    def path(self) -> str:
        """Path of the socket."""
        return str(self.folder / "socket")

    def keep(self) -> bool:
        """Keep the socket from being swept away; made anew where it was, it was swept.

        Returns:
            Whether `listener` is another one now, and perhaps `path` too.

        Raises:
            OSError: it is gone and cannot be made.
        """
        try:
            # Programs that tidy up take what nobody has touched for days.
            os.utime(self.path)
            os.utime(self.folder)
        except OSError:
            if not is_private(self.folder):
                self._make_folder()
            self.listener = self._listen()
            return True
        return False

    def remove(self) -> None:
        """Remove folder and socket."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_folder(self) -> None:
        """Make the same folder again, for jobs that know its path; another one if it is taken."""
        try:
            self.folder.mkdir(mode=0o700)
        except OSError:
            self.folder = _new_folder()

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(self.path)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        return listener


def sweep() -> None:
    """Remove what killed runs on this host have left: an empty socket, nothing secret."""
    folders = {tempfile.gettempdir(), _SHARED}
    for folder in (found for parent in folders for found in Path(parent).glob(f"{_PREFIX}*-*")):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and is_private(folder) and not (_alive(int(pid)) or _answers(folder)):
            shutil.rmtree(folder, ignore_errors=True)


def _new_folder() -> Path:
    """Make a folder of mode 0700, in /tmp where the temporary folder's path is too long."""
    prefix = f"{_PREFIX}{os.getpid()}-"
    room = _MAX_PATH - len(f"/{prefix}xxxxxxxx/socket")
    parent = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent if len(parent) <= room else _SHARED))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(folder: Path) -> bool:
    """Whether somebody listens there, such as a run in a container that shares our folder."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        with contextlib.suppress(OSError):
            connection.connect(str(folder / "socket"))
            return True
    return False
