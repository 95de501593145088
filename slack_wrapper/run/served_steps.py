"""Steps of our rules: carried out in the Snakemake process that runs their jobs.

The job's own process is a thin client that names the job and puts the receipt in its place. What
the job asks for is taken from Snakemake's job itself, which is found among the running ones.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
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
from slack_wrapper.run import encrypt_step
from slack_wrapper.run.posting import error_text, note, preview, section_of, settled, warnings
from slack_wrapper.session import step_errors
from slack_wrapper.session.port import SendingSession
from slack_wrapper.session.thin import Step, StepGone, ThinClient
from slack_wrapper.snakemake_adapter import our_rules
from slack_wrapper.snakemake_adapter.job import context_of, parts_of, receipt_path
from slack_wrapper.snakemake_adapter.running_jobs import RunningJob, asks_by_wrapper, our_job
from slack_wrapper.spool import receipt_lock
from slack_wrapper.spool.receipt_file import ReceiptFile

INTERRUPTED = 130


class _Stopped(Exception):
    """The run is being stopped."""


class RunningSteps:
    """Carries out steps of one Snakemake process; see `session.thin.Steps`.

    Args:
        workflow: Snakemake's.
        session: posts.
        stopping: whether the run is being stopped, so that no step waits any longer.
        led_here: whether the run is led by this process; else it is a job of a run somewhere else.
    """

    def __init__(
        self,
        workflow: Any,
        session: SendingSession,
        stopping: Callable[[], bool],
        *,
        led_here: bool,
    ) -> None:
        self._workflow = workflow
        self._session = session
        self._stopping = stopping
        self._led_here = led_here

    def asks(self, receipt: str) -> bool:
        """Whether a running job with a wrapper has this output."""
        return asks_by_wrapper(self._workflow, receipt)

    def serve(self, step: Step, client: ThinClient) -> None:
        """Do what a step is there for; every error is told to it."""
        logs: list[str] = []
        try:
            job = our_job(self._workflow, step.outputs)
            logs = [_within(step.folder, path) for path in job.log]
            if our_rules.encrypts(job.rule):
                self._encrypt(job, step, client)
            else:
                self._post(job, step, client)
        except SlackWrapperError as error:
            self._fail(client, error, logs, step)
        except _Stopped:
            with contextlib.suppress(StepGone):
                client.end(INTERRUPTED, _told("interrupted"))
        except StepGone:
            return  # there is nobody to be told
        except Exception as error:  # noqa: BLE001 - a step must be told whatever happened here
            bug = SlackWrapperError(
                f"the session failed: {type(error).__name__}",
                hint="this is a bug of snakemake-slack-wrapper; please report it",
            )
            self._fail(client, bug, logs, step)

    def _fail(
        self, client: ThinClient, error: SlackWrapperError, logs: list[str], step: Step
    ) -> None:
        text = error_text(error)
        for output in step.outputs:
            step_errors.remember(output, text)
        note(text, logs)
        with contextlib.suppress(StepGone):
            client.end(error.exit_code, text + "\n")

    def _post(self, job: RunningJob, step: Step, client: ThinClient) -> None:
        config = our_rules.config_of(job.rule)
        request = build(
            **parts_of(job),
            defaults=section_of(config),
            context=lambda: context_of(job, config),
        )
        place = _within(step.folder, request.receipt)
        with ReceiptFile(place, request) as file:
            receipt = self._settled(job, request, client)
            with receipt_lock.locked():  # makes the lock, which the client only opens
                written, changed = file.ready(receipt)
            lock = os.path.abspath(receipt_lock.PLACE)  # noqa: PTH100
            text = preview(request, receipt)
            for warning in warnings(receipt):
                text += warning + "\n"
                note(warning, [_within(step.folder, path) for path in job.log])
            if client.put(written, place, lock, text):
                self._session.confirm(request, receipt, changed)

    def _settled(self, job: RunningJob, request: Request, client: ThinClient) -> Receipt:
        def wait(seconds: float) -> None:
            if not client.wait(seconds, self._stopping):
                raise _Stopped if self._stopping() else StepGone

        try:
            return settled(self._session, request, lambda text: client.say(_told(text)), wait)
        except (PasswordError, KeyFileError, TokenError) as error:
            raise self._keyless(job, error) from None

    def _encrypt(self, job: RunningJob, step: Step, client: ThinClient) -> None:
        place = _within(step.folder, receipt_path(job))
        key, encrypted = encrypt_step.paths(job)
        with ReceiptFile(place) as file:
            try:
                receipt = self._session.encrypt(key, encrypted)
            except PasswordError as error:
                raise self._keyless(job, error) from None
            written, _ = file.ready(receipt)
            client.put(written, place, os.path.abspath(receipt_lock.PLACE))  # noqa: PTH100

    def _keyless(self, job: RunningJob, error: SlackWrapperError) -> SlackWrapperError:
        """Return why a step has no key: one that runs elsewhere might have it at home."""
        if self._led_here:
            return error
        return SessionUnreachable(
            f"step {job.rule} runs on {socket.gethostname()}, cannot reach the session of "
            f"its run there, and has no key of its own: {error.message}"
        )


def _within(folder: str, path: str) -> str:
    """Return a path of a job's, whole where the job runs in another folder than this process."""
    return path if folder == os.getcwd() else os.path.join(folder, path)  # noqa: PTH109, PTH118


def _told(text: str) -> str:
    return console.clean(f"{console.PREFIX} {text}") + "\n"
