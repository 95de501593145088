"""Offers a session to the steps of a run, over a UNIX socket that only its user can reach."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import struct
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_wrapper.errors import SessionProtocolError, SlackWrapperError
from slack_wrapper.session import wire
from slack_wrapper.session.base import Receipt, Session
from slack_wrapper.session.request import Request

# The host is in the name: a temporary folder may be shared by hosts whose process IDs differ.
_PREFIX = f"slack-wrapper-{re.sub('[^A-Za-z0-9]', '', socket.gethostname())[:16]}-"
_MAX_PATH = 100  # bytes; a socket's path may have 107 on Linux, 103 on macOS: unix(7)
_PEER = struct.Struct("3i")  # struct ucred of socket(7): pid, uid, gid


class ServedSession:
    """A session in a thread of this process, for the processes of its jobs.

    Args:
        session: does the work.

    Raises:
        OSError: no folder takes a socket.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        sweep()
        self._folder = _private_folder()
        self.path = str(self._folder / "socket")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(128)
        self._owner = os.getpid()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop serving and remove the socket; a forked child of ours does neither."""
        if os.getpid() != self._owner:
            return
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, SessionProtocolError):
            if not _same_user(connection):
                return
            try:
                question = wire.receive(connection)
            except ConnectionResetError:
                return  # somebody only looked whether we are there
            wire.send(connection, {"version": wire.VERSION, **self._carry_out(question)})

    def _carry_out(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"receipt": self._receipt(question)}
        except SlackWrapperError as error:
            return {"error": wire.describe_error(error)}
        except Exception as error:  # noqa: BLE001 - a step must be told whatever happened here
            bug = SlackWrapperError(
                f"the session failed: {type(error).__name__}",
                hint="this is a bug of snakemake-slack-wrapper; please report it",
            )
            return {"error": wire.describe_error(bug)}

    def _receipt(self, question: dict[str, Any]) -> Receipt:
        if isinstance(question.get("encrypt"), dict):
            return self._session.encrypt(**question["encrypt"])
        if isinstance(question.get("confirm"), dict):
            note = question["confirm"]
            request = Request.from_dict(note["request"])
            self._session.confirm(request, note["receipt"], note["changed_ns"])
            return {}
        if not isinstance(question.get("request"), dict):
            raise SessionProtocolError("the step sent no request")
        request = Request.from_dict(question["request"])
        return self._session.post(_relative_to(request, str(question.get("cwd") or "")))


def _private_folder() -> Path:
    """Make a folder of mode 0700, in /tmp where the temporary folder's path is too long."""
    prefix = f"{_PREFIX}{os.getpid()}-"
    room = _MAX_PATH - len(f"/{prefix}xxxxxxxx/socket")
    place = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix=prefix, dir=place if len(place) <= room else "/tmp"))  # noqa: S108


def sweep() -> None:
    """Remove what killed runs on this host have left: an empty socket, nothing secret."""
    places = {tempfile.gettempdir(), "/tmp"}  # noqa: S108 - see _private_folder
    for folder in (found for place in places for found in Path(place).glob(f"{_PREFIX}*-*")):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if pid.isdigit() and folder.stat().st_uid == os.getuid() and not _alive(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _same_user(connection: socket.socket) -> bool:
    if not hasattr(socket, "SO_PEERCRED"):  # macOS: the folder's mode 0700 has to do
        return True
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return bool(_PEER.unpack(data)[1] == os.getuid())


def _relative_to(request: Request, folder: str) -> Request:
    """Make paths whole when the step works in another folder than this process."""
    if not folder or folder == os.getcwd():  # noqa: PTH109
        return request
    place = Path(folder)
    return replace(
        request,
        files=tuple(str(place / path) for path in request.files),
        images=tuple(str(place / path) for path in request.images),
        attached=tuple(str(place / path) for path in request.attached),
        encrypted_key=str(place / request.encrypted_key) if request.encrypted_key else None,
        thread=request.thread if request.thread in ("run", "none") else str(place / request.thread),
    )
