"""Offers a session to the steps of a run, over a UNIX socket that only its user can reach."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.errors import SessionProtocolError, SlackWrapperError
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.session import protocol, step_errors
from slack_wrapper.session.port import Session
from slack_wrapper.session.socket_dir import Place
from slack_wrapper.session.thin import Steps, ThinClient, step_of

ASKING_SECONDS = 60.0  # for a question to come or an answer to go; a stray client may do neither
KEEP_SECONDS = 10.0  # between two looks whether the socket is still there
PAUSE = 0.1  # seconds before the next try to accept, such as where no descriptor is left
ASKING = 64  # connections whose question has not come yet; the next ones wait in the socket's queue
# A question above LARGE bytes, such as a step's own blocks, is read LARGE_ONES at a time: half-sent
# ones hold at most ASKING * LARGE + LARGE_ONES * MAX_BYTES, 20 MiB.
LARGE = 64 << 10
LARGE_ONES = 4
_STRAY = (OSError, SessionProtocolError, MemoryError)  # what one client meets ends nothing else
_PEER = struct.Struct("3i")  # struct ucred of socket(7): pid, uid, gid


class ServedSession:
    """A session in a thread of this process, for the processes of its jobs.

    Args:
        session: does the work.
        moved: is told the path of the socket, now and when it has to be another one.
        steps: knows the running jobs; None where whoever reaches the socket may ask for a post.

    Raises:
        OSError: no folder takes a socket.
    """

    def __init__(
        self,
        session: Session,
        moved: Callable[[str], None] = lambda path: None,
        steps: Steps | None = None,
    ) -> None:
        self._session = session
        self._steps = steps
        self._asked: set[str] = set()
        self._moved = moved
        self._place = Place()
        self._owner = os.getpid()
        self._over = threading.Event()
        self._asking = threading.BoundedSemaphore(ASKING)
        self._large = threading.BoundedSemaphore(LARGE_ONES)
        self._serve()
        threading.Thread(target=self._keep, daemon=True).start()

    @property
    def path(self) -> str:
        """Path of the socket."""
        return self._place.path

    def close(self) -> None:
        """Stop serving and remove the socket; a forked child of ours does neither."""
        if os.getpid() != self._owner:
            return
        self._over.set()
        _shut(self._place.listener)
        self._place.remove()

    def _serve(self) -> None:
        self._moved(self.path)
        threading.Thread(target=self._accept, args=(self._place.listener,), daemon=True).start()

    def _keep(self) -> None:
        """Look after the socket: a run lasts days, and temporary folders are tidied."""
        while not self._over.wait(KEEP_SECONDS):
            with contextlib.suppress(OSError):  # the next look may have more luck
                self._look()

    def _look(self) -> None:
        before = self._place.listener
        if self._place.keep():
            _shut(before)
            self._serve()

    def _accept(self, listener: socket.socket) -> None:
        """Take connections until the socket is closed, whatever happens to one: accept(2)."""
        while listener.fileno() >= 0:
            self._asking.acquire()
            try:
                connection, _ = listener.accept()
            except OSError:
                self._asking.release()
                self._over.wait(PAUSE)
                continue
            try:
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()
            except RuntimeError:  # no thread can be had: the step is told by the closed connection
                self._asking.release()
                connection.close()
                self._over.wait(PAUSE)

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(*_STRAY):
            try:
                question = self._question(connection) if _is_ours(connection) else None
            finally:
                self._asking.release()
            if question is None:
                return
            if self._steps is not None and "step" in question:
                self._steps.serve(step_of(question["step"]), ThinClient(connection))
                return
            answer = {"version": protocol.VERSION, **self._carry_out(question)}
            connection.settimeout(ASKING_SECONDS)
            protocol.send(connection, answer)

    def _question(self, connection: socket.socket) -> dict[str, Any]:
        """Receive a question within its time.

        Raises:
            SessionProtocolError: it is not one.
            OSError: the other side has gone or is too slow; perhaps it only looked for us.
        """
        until = time.monotonic() + ASKING_SECONDS
        length = protocol.announced(connection, until)
        if length <= LARGE:
            return protocol.decode(protocol.exactly(connection, length, until))
        if not self._large.acquire(timeout=max(until - time.monotonic(), 0.0)):
            raise TimeoutError("too many large questions at once")
        try:
            return protocol.decode(protocol.exactly(connection, length, until))
        finally:
            self._large.release()

    def _carry_out(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"receipt": self._receipt(question)}
        except SlackWrapperError as error:
            asked = question.get("request")
            if isinstance(asked, dict):
                text = console.clean(f"{console.PREFIX} error: {error}")
                step_errors.remember(str(asked.get("receipt")), text)
            return {"error": protocol.describe_error(error)}
        except Exception as error:  # noqa: BLE001 - a step must be told whatever happened here
            bug = SlackWrapperError(
                f"the session failed: {type(error).__name__}",
                hint="this is a bug of snakemake-slack-wrapper; please report it",
            )
            return {"error": protocol.describe_error(bug)}

    def _receipt(self, question: dict[str, Any]) -> Receipt:
        if isinstance(question.get("confirm"), dict):
            note = question["confirm"]
            request = Request.from_dict(note["request"])
            if request.receipt in self._asked:
                self._session.confirm(request, note["receipt"], note["changed_ns"])
            return {}
        if not isinstance(question.get("request"), dict):
            raise SessionProtocolError("the step sent no request")
        request = Request.from_dict(question["request"])
        if self._steps is not None and not self._steps.asks(request.receipt):
            raise SessionProtocolError("the run has no step with this receipt")
        self._asked.add(request.receipt)
        return self._session.post(_relative_to(request, str(question.get("cwd") or "")))


def _shut(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _is_ours(connection: socket.socket) -> bool:
    """Whether the other side is a job of this process: of the same user, and begun by it.

    A job that a cluster runs on this very host is not: schedulers begin it themselves.
    """
    if not hasattr(socket, "SO_PEERCRED"):  # macOS: the folder's mode 0700 has to do
        return True
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    pid, user, _ = _PEER.unpack(data)
    return bool(user == os.getuid()) and _descends(pid)


def _descends(pid: int) -> bool:
    """Whether a process is this one or has it above; also true where /proc does not tell."""
    while pid > 1 and pid != os.getpid():
        try:
            status = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return not Path("/proc/self/stat").exists()
        pid = int(status.rpartition(b")")[2].split()[1])  # of the parent: proc(5)
    return pid == os.getpid()


def _relative_to(request: Request, folder: str) -> Request:
    """Make paths whole when the step works in another folder than this process."""
    if not folder or folder == os.getcwd():  # noqa: PTH109
        return request
    base = Path(folder)
    return replace(
        request,
        files=tuple(str(base / path) for path in request.files),
        images=tuple(str(base / path) for path in request.images),
        attached=tuple(str(base / path) for path in request.attached),
        encrypted_key=str(base / request.encrypted_key) if request.encrypted_key else None,
        thread=request.thread if request.thread in ("run", "none") else str(base / request.thread),
    )
