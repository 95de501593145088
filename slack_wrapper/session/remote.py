"""The session of a step: hands requests to the run's main process; loads no Slack, no crypto."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import Any

from slack_wrapper.common.private_dir import is_private
from slack_wrapper.errors import SessionProtocolError, SessionUnreachable
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.session import protocol

PATIENCE = 20.0  # seconds for which a step waits for a socket that is not there


class RemoteSession:
    """Talks to the session that the main Snakemake process serves.

    Args:
        path: of its UNIX socket.
        connection: one that is open already, for the first question.
    """

    def __init__(self, path: str, connection: socket.socket | None = None) -> None:
        self._path = path
        self._first = connection

    @staticmethod
    def reachable() -> RemoteSession | None:
        """Return the session of this run, None when there is none on this host."""
        path = os.environ.get(protocol.VARIABLE)
        if not path or path == protocol.ELSEWHERE:
            return None
        until = time.monotonic() + PATIENCE
        while not os.path.lexists(path) and time.monotonic() < until:
            time.sleep(0.1)  # swept away: the main process is about to make it again
        # In a shared temporary folder somebody else may take the path when it was swept away.
        if not is_private(os.path.dirname(path)):  # noqa: PTH120
            return None
        try:
            return RemoteSession(path, _connect(path))
        except OSError:
            return None

    def post(self, request: Request) -> Receipt:
        """Have the main process post, and return its receipt.

        Raises:
            SlackWrapperError: whatever the main process met.
            SessionUnreachable: it went away; the post may or may not have been made.
        """
        return self._ask({"request": request.to_dict()})

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Tell the main process that the receipt is in its place, and wait for nothing."""
        note = {"request": request.to_dict(), "receipt": receipt, "changed_ns": changed_ns}
        with contextlib.suppress(OSError), _connect(self._path) as connection:
            protocol.send(connection, {"version": protocol.VERSION, "confirm": note})

    def _ask(self, what: dict[str, Any]) -> Receipt:
        opened, self._first = self._first, None
        try:
            with opened or _connect(self._path) as connection:
                question = {"version": protocol.VERSION, "cwd": os.getcwd()}  # noqa: PTH109
                protocol.send(connection, {**question, **what})
                answer = protocol.receive(connection)
        except OSError as error:
            raise SessionUnreachable(
                f"the session of the run went away: {(error.strerror or str(error)).lower()}",
                hint="look into the channel, then run the workflow again",
            ) from None
        if "error" in answer:
            raise protocol.restore_error(answer["error"])
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict):
            raise SessionProtocolError("the session sent no receipt")
        return receipt


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection
