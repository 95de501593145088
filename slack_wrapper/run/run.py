"""One session for a whole run: unlocked in the main process before the first job, then served.

The rule files call `attaching.attach` while Snakemake parses. Facts it builds on (Snakemake 9):
`onstart` runs in the main process before any job; one function a hook is kept, so ours composes
with the user's; a resource function is evaluated in the main process when its job is scheduled.
The session itself is the one in `session.current`, which the logger plugin uses too.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from slack_wrapper.common import hangup
from slack_wrapper.common.budget import spending
from slack_wrapper.common.console import warn
from slack_wrapper.common.log_filter import guard_tracebacks
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    SessionUnreachable,
    SlackWrapperError,
    SnakemakeDiffers,
    os_reason,
)
from slack_wrapper.run import closing
from slack_wrapper.run.opening import Opening
from slack_wrapper.session import current, protocol
from slack_wrapper.session.current import SharedSession
from slack_wrapper.snakemake_adapter import process
from slack_wrapper.snakemake_adapter.errors import interrupted, workflow_error
from slack_wrapper.snakemake_adapter.job_records import JobRecords, ended_well
from slack_wrapper.snakemake_adapter.stopping import Stopping

if TYPE_CHECKING:
    from slack_wrapper.sending.background_flush import Flusher
    from slack_wrapper.session.port import SendingSession
    from slack_wrapper.session.server import ServedSession

_AT_THE_START = 30.0  # seconds that the first job waits for what is delivered late


class Run:
    """The Slack side of one Snakemake run.

    Args:
        workflow: Snakemake's.
        section: the `slack:` section without its password.
        password: taken out of the config while parsing.

    Attributes:
        owed: says that the run has failed, and why; set from the message that it began until one
            that it ended.
    """

    def __init__(self, workflow: Any, section: Mapping[str, Any], password: Secret | None) -> None:
        self._workflow = workflow
        self.section = section
        self._password = password
        self._shared = current.current(workflow)
        self._shared.offer(config=section, password=password, records=JobRecords(workflow))
        self._opening = Opening(workflow, section, self._shared)
        self._opened = False
        self._stopping = Stopping()
        self._served: ServedSession | None = None
        self._flusher: Flusher | None = None
        self._said: dict[str, Callable[[], None]] = {}
        self.owed: Callable[[BaseException], None] | None = None

    def announce(self, **said: Callable[[], None]) -> None:
        """Say something at `start`, `success` and `error`; defined again, it replaces itself."""
        self._said = said

    @property
    def shared(self) -> SharedSession:
        """What the rules, the hooks and the logger plugin have in common."""
        return self._shared

    def start(self) -> None:
        """Unlock what the steps of this run need, and serve it; nothing if there is no step.

        Raises:
            snakemake.exceptions.WorkflowError: a key cannot be opened; the run ends before its
                first job.
        """
        with spending(self._shared.patience_at_start):
            self._start()

    def _start(self) -> None:
        if self.for_real():
            hangup.end_as_terminated()
        try:
            steps, encrypting = process.our_jobs(self._workflow)
            if steps or encrypting:
                process.keep_local(self._workflow)
        except SnakemakeDiffers as error:
            raise workflow_error(error) from None
        if steps or encrypting:
            made = {str(job.params.get("encrypted")) for job in encrypting}
            self._open(steps, made)
        self._opening.foresee()
        self._opening.foresee_notices()
        self._say("start")

    def succeed(self) -> None:
        """Say so, deliver what waits, and stop serving."""
        with spending(self._shared.patience):
            self._say("success")
            self._finish()

    def fail(self) -> None:
        """Say so, deliver what waits, and stop serving."""
        with spending(self._shared.patience):
            self._say("error")
            self._finish()

    def escaped(self, error: BaseException) -> None:
        """Say that the run has failed, where its start was told and no hook tells its end.

        Args:
            error: what has ended it.
        """
        owed, self.owed = self.owed, None
        if owed is not None:
            with spending(self._shared.patience):
                owed(error)
                self._finish()

    def late(self) -> None:
        """Serve a step that the start did not know of, in whichever process runs its job.

        A checkpoint has added it, `--no-hooks` has left the start out, or it runs on a cluster.
        """
        workflow = self._workflow
        if not process.schedules(workflow):
            return
        if process.leads(workflow):
            with spending(self._shared.patience_at_start):
                self._open([], set())
        elif self._served is None and os.environ.get(protocol.VARIABLE) == protocol.ELSEWHERE:
            self._open_here()
        self._stopping.listen()

    def _finish(self) -> None:
        try:
            self._wind_up()
        except SlackWrapperError as error:
            warn(str(error))
        except KeyboardInterrupt:
            warn("interrupted: the next run, or slack-wrapper flush, delivers the queued posts")
        except Exception as error:  # noqa: BLE001 - how the run has ended is not ours to change
            warn(f"the Slack session did not end well: {type(error).__name__}")
        finally:
            self.end()
            self._shared.over()

    def _wind_up(self) -> None:
        if self._flusher is not None:
            self._flusher.close()  # the last flush goes on where this one stops
        session = self._shared.opened
        if session is not None:
            closing.flush(session)
            closing.end_digests(session)
            closing.tell_held(session)
        self.end()
        if session is not None:
            session.poster.history.ends.acknowledge(ended_well(self._workflow))

    def end(self) -> None:
        """Stop serving."""
        if self._flusher is not None:
            self._flusher.close()
            self._flusher = None
        self._stopping.rest()
        if self._served is not None:
            self._served.close()
            self._served = None
            os.environ.pop(protocol.VARIABLE, None)

    def _open(self, steps: list[Any], made: set[str]) -> None:
        """Open the session and serve it, once.

        Args:
            steps: jobs that will post.
            made: key files that jobs of this run make, which cannot be opened yet.
        """
        if self._opened or not self.for_real():
            return
        from slack_wrapper.sending.background_flush import Flusher

        self._opened = True
        try:
            session = self._opening.session(steps, made)
        except SlackWrapperError as error:
            raise workflow_error(error) from None
        except KeyboardInterrupt:
            raise interrupted() from None
        session.poster.history.ends.catch_up()
        closing.flush(session, _AT_THE_START)
        if session.sends:
            session.digests.resume()
        self._serve(session, led_here=True)
        self._flusher = Flusher(session.flush, session.poster.waiting.any_due)
        self._stopping.listen()

    def _open_here(self) -> None:
        """Open a session for a process that is a job of a run led from somewhere else."""
        from slack_wrapper.session.factory import open_local

        guard_tracebacks()
        try:
            session = open_local(self.section, password=self._password, interactive=False)
        except SlackWrapperError as error:
            raise workflow_error(error) from None
        self._serve(session, led_here=False)

    def _serve(self, session: SendingSession, *, led_here: bool) -> None:
        """Serve the steps whose jobs this process runs.

        Args:
            session: posts.
            led_here: whether this process leads the run.

        Raises:
            snakemake.exceptions.WorkflowError: no folder takes a socket.
        """
        from slack_wrapper.run.served_steps import RunningSteps
        from slack_wrapper.session.server import ServedSession

        steps = RunningSteps(self._workflow, session, self._stopping, led_here=led_here)
        try:
            self._served = ServedSession(session, _tell_jobs, steps)
        except OSError as error:
            raise workflow_error(
                SessionUnreachable(
                    f"the session of the run cannot be served: {os_reason(error)}",
                    hint="let TMPDIR name a folder of a local file system that can be written",
                )
            ) from None
        atexit.register(self.end)

    def _say(self, when: str) -> None:
        if when in self._said:
            self._said[when]()

    def for_real(self) -> bool:
        """Whether this process runs jobs: no dry run, no --touch, no job's own Snakemake."""
        return process.for_real(self._workflow)


def _tell_jobs(path: str) -> None:
    """Let the jobs that are started from now on know where the session is."""
    os.environ[protocol.VARIABLE] = path
