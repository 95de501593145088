"""A workflow step: Snakemake's job object in, receipt out."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.errors import (
    KeyFileError,
    PasswordError,
    SessionUnreachable,
    SlackWrapperError,
    TokenError,
)
from slack_wrapper.job import context_of, parts_of
from slack_wrapper.receipt_file import ReceiptFile
from slack_wrapper.session.base import PENDING, Receipt, Session, deliveries, given_up
from slack_wrapper.session.remote import RemoteSession
from slack_wrapper.session.request import Request, build
from slack_wrapper.session.wire import VARIABLE


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
        _preview(request, receipt)
        for line in given_up(receipt):
            console.warn(line)
            _log(snakemake, f"{console.PREFIX} warning: {line}")
    except SlackWrapperError as error:
        report(snakemake, error)
        return error.exit_code
    except KeyboardInterrupt:
        console.say("interrupted")
        return 130
    return 0


def _post(session: Session, request: Request, snakemake: Any) -> Receipt:
    if not isinstance(session, RemoteSession):
        from slack_wrapper.logs import guard_tracebacks  # secrets are here; else spared: 5 ms

        guard_tracebacks()
    try:
        return _settled(session, request)
    except (PasswordError, KeyFileError, TokenError) as error:
        if not os.environ.get(VARIABLE) or isinstance(session, RemoteSession):
            raise
        raise SessionUnreachable(
            f"step {snakemake.rule} runs on {socket.gethostname()}, cannot reach the session of "
            f"its run there, and has no key of its own: {error.message}"
        ) from None


def _preview(request: Request, receipt: Receipt) -> None:
    """Show in a dry run what would have been posted."""
    if deliveries(receipt)[0].get("status") == "dry_run":
        from slack_wrapper.preview import looks, show

        show.show(looks.of(request), show.place_of(request.receipt), sys.stderr)


def _settled(session: Session, request: Request) -> Receipt:
    """Post; while the answer to a question is pending, wait and look again.

    The wait is here and not in the session: a step that is killed leaves nothing behind there.
    """
    told: set[str] = set()
    while True:
        receipt = session.post(request)
        if receipt.get("status") != PENDING:
            if "decision" in receipt and receipt["decision"] is None:
                console.say(f"nobody is asked, and the run goes on: {receipt['status']}")
            return receipt
        for line in _news(receipt):
            if line not in told:
                told.add(line)
                console.say(line)
        time.sleep(receipt["wait"])


def _news(receipt: Receipt) -> Iterator[str]:
    """Yield what a terminal is told of a question, each line once."""
    if receipt["until"]:
        where = receipt["permalink"] or f"channel {receipt['channel_name']}"
        yield f"waits for an answer until {receipt['until']}: {where}"
    if receipt["trouble"]:
        yield f"goes on waiting: {receipt['trouble']}"


def request_of(snakemake: Any) -> Request:
    """Return the request of a job.

    Raises:
        RequestError: a parameter, input or output is not as it must be.
    """
    return build(
        **parts_of(snakemake),
        defaults=section_of(snakemake.config),
        context=lambda: context_of(snakemake),
    )


def section_of(config: Any) -> Mapping[str, Any]:
    """Return the `slack:` section of a config, empty when there is none.

    Raises:
        ConfigError: it is no mapping.
    """
    section = config.get("slack") if isinstance(config, Mapping) else None
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        from slack_wrapper.errors import ConfigError

        raise ConfigError("config: slack is no mapping", hint="write slack: with its keys below it")
    return section


def report(snakemake: Any, error: SlackWrapperError) -> None:
    """Say what went wrong on stderr, and in the rule's log file if it has one."""
    console.fail(str(error))
    _log(snakemake, f"{console.PREFIX} error: {error}")


def _log(snakemake: Any, text: str) -> None:
    text = console.clean(text)
    for path in list(snakemake.log)[:1]:
        try:
            with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123
                log.write(text + "\n")
        except OSError:
            return


def session_of(config: Any) -> Session:
    """Return the session that the main process serves, else one of this process."""
    remote = RemoteSession.reachable()
    if remote is not None:
        return remote
    from slack_wrapper.session.open import open_local

    # A step of a run with a session has no one to ask: at hour 14 it would wait for ever.
    return open_local(section_of(config), interactive=not os.environ.get(VARIABLE))
