"""A step of the bare wrapper: Snakemake's job object in, receipt out.

The steps of our rules have no Python of their own; see `run.served_steps`.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.errors import (
    KeyFileError,
    PasswordError,
    SessionUnreachable,
    SlackWrapperError,
    TokenError,
)
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.run.posting import error_text, note, preview, section_of, settled, warnings
from slack_wrapper.session.port import Session
from slack_wrapper.session.protocol import VARIABLE
from slack_wrapper.session.remote import RemoteSession
from slack_wrapper.snakemake_adapter.job import context_of, parts_of
from slack_wrapper.spool.receipt_file import ReceiptFile


def run(snakemake: Any) -> int:
    """Post what the job asks for and write its receipt; return the exit code.

    Args:
        snakemake: the object that Snakemake gives a script or wrapper.
    """
    try:
        request = request_of(snakemake)
        with ReceiptFile(request.receipt, request) as place:
            session = session_of(snakemake.config)
            receipt = _post(session, request, snakemake)
            # Not durable yet: the session sees to it when it is told, and the job need not wait.
            session.confirm(request, receipt, place.write(receipt, durable=False))
        if shown := preview(request, receipt):
            console.tell(shown)
        for text in warnings(receipt):
            console.tell(text)
            note(text, [str(path) for path in snakemake.log])
    except SlackWrapperError as error:
        console.fail(str(error))
        note(error_text(error), [str(path) for path in snakemake.log])
        return error.exit_code
    except KeyboardInterrupt:
        console.say("interrupted")
        return 130
    return 0


def _post(session: Session, request: Request, snakemake: Any) -> Receipt:
    if not isinstance(session, RemoteSession):
        from slack_wrapper.common.log_filter import (
            guard_tracebacks,  # secrets are here; else spared: 5 ms
        )

        guard_tracebacks()
    try:
        # The wait is here and not in the session: a killed step leaves nothing behind there.
        return settled(session, request, console.say, time.sleep)
    except (PasswordError, KeyFileError, TokenError) as error:
        if not os.environ.get(VARIABLE) or isinstance(session, RemoteSession):
            raise
        raise SessionUnreachable(
            f"step {snakemake.rule} runs on {socket.gethostname()}, cannot reach the session of "
            f"its run there, and has no key of its own: {error.message}"
        ) from None


def request_of(snakemake: Any) -> Request:
    """Return the request of a job.

    Raises:
        RequestError: a parameter, input or output is not valid.
    """
    return build(
        **parts_of(snakemake),
        defaults=section_of(snakemake.config),
        context=lambda: context_of(snakemake),
    )


def session_of(config: Any) -> Session:
    """Return the session that the main process serves, else one of this process."""
    remote = RemoteSession.reachable()
    if remote is not None:
        return remote
    from slack_wrapper.session.factory import open_local

    # A step of a run with a session has no one to ask: at hour 14 it would wait for ever.
    return open_local(section_of(config), interactive=not os.environ.get(VARIABLE))
