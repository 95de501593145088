"""The one session of a run, shared by everybody in Snakemake's main process.

The rule files (`run.run`), the hooks and the logger plugin all post through it, so the password
is asked for once, connections are shared, and all of them mean the same message by the run's
thread. It works with each of them alone, and whichever comes first:

    from slack_wrapper.session import current

    run = current.current()               # keep this object until the run ends
    run.offer(flags={"encrypted_key": "keys/slack-api.enc"})    # before it is opened
    session = run.session()               # opened by the first who calls this
    session.workspace(key)                # on the main thread, before the first job: may prompt
    receipt = run.begin_thread(request)   # the root of `thread: run`, or a reply if there is one
    run.over()                            # at the end: the next run of this process is another one

Who tells the run by a message of its own, as the logger plugin does, sets `run.live = True` before
`onstart`; the hooks then stay quiet. Where that message is not there before the first step may
post, `session.poster.threads.expect()` lets posts with `thread: run` wait for it a while.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_wrapper.common.budget import AT_THE_START, SILENT_SECONDS, Budget
from slack_wrapper.common.redact import Secret
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD, Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.session.port import SendingSession
from slack_wrapper.snakemake_adapter.metadata import FolderRecords


class _Offered:
    """The records of the workflow that uses a session, also of one that has come after it."""

    def __init__(self) -> None:
        self.records: RunRecords = FolderRecords()

    @property
    def lasts(self) -> bool:
        return self.records.lasts

    def finished(self, output: str, since_ns: int) -> bool:
        return self.records.finished(output, since_ns)

    def incomplete(self, output: str) -> bool:
        return self.records.incomplete(output)

    def changes(self, path: str) -> bool:
        return self.records.changes(path)


class SharedSession:
    """What the session of a run is opened with, and that session once it is.

    Attributes:
        live: somebody tells the start, the end and the failures of the run; the hooks need not.
        owner: the workflow whose rule files use it, None while there is none.
        patience: what waiting for a silent Slack may cost the run, at its start and its end.
        patience_at_start: the part of it that its start may cost.
    """

    def __init__(self) -> None:
        self.live = False
        self.owner: Any = None
        self.is_over = False
        self.patience = Budget(SILENT_SECONDS)
        self.patience_at_start = self.patience.part(AT_THE_START)
        self._config: Mapping[str, Any] = {}
        self._flags: Mapping[str, Any] = {}
        self._password: Secret | None = None
        self._offered = _Offered()
        self._session: SendingSession | None = None
        self._lock = threading.Lock()
        self._thread = threading.Lock()

    def offer(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        flags: Mapping[str, Any] | None = None,
        password: Secret | None = None,
        records: RunRecords | None = None,
    ) -> None:
        """Say what the session is to be opened with; all but records is of no use once it is.

        Args:
            config: the `slack:` section of the workflow.
            flags: keys of the same names from somewhere else; they win.
            password: one that was given.
            records: of the workflow's run; taken up by a session that is open, too.
        """
        with self._lock:
            self._config = config or self._config
            self._flags = {**self._flags, **(flags or {})}
            self._password = password or self._password
            self._offered.records = records or self._offered.records

    @property
    def section(self) -> dict[str, Any]:
        """What has been offered so far, as a `slack:` section."""
        with self._lock:
            return {**self._config, **self._flags}

    def session(self) -> SendingSession:
        """Return the session, opened on the first call. No key is opened by that.

        Raises:
            ConfigError: what was offered is not valid.
        """
        with self._lock:
            if self._session is None:
                from slack_wrapper.session.factory import open_local

                section = {**self._config, **self._flags}
                self._session = open_local(section, password=self._password, records=self._offered)
            return self._session

    @property
    def opened(self) -> SendingSession | None:
        """The session if somebody has opened it."""
        return self._session

    def begin_thread(self, request: Request) -> Receipt:
        """Post the message that `thread: run` replies to; a reply itself when there is one.

        Raises:
            SlackWrapperError: see `SendingSession.post`.
        """
        session = self.session()
        with self._thread:
            begun = session.poster.threads.begun(request.channels)
            thread = RUN_THREAD if begun else NO_THREAD
            receipt = session.post(replace(request, thread=thread))
            if not begun:
                session.begin_thread(receipt)
        return receipt

    def anew(self) -> SharedSession:
        """Return one for another run of the same workflow, whose rule files are not read again."""
        made = SharedSession()
        made._config, made._password = self._config, self._password
        made._offered.records = self._offered.records
        return made

    def over(self) -> None:
        """Let `current` give another one from now on; this one still works."""
        self.is_over = True


_current = SharedSession()
_guard = threading.Lock()


def current(owner: Any = None) -> SharedSession:
    """Return the session of the run that this process is about to do or does.

    Args:
        owner: the workflow, asked by its rule files; another workflow's session is not returned.
    """
    global _current  # noqa: PLW0603 - a process has one Snakemake at a time
    with _guard:
        if _current.is_over or (owner is not None and _current.owner not in (None, owner)):
            again = owner is not None and _current.owner is owner
            _current = _current.anew() if again else SharedSession()
        if owner is not None:
            _current.owner = owner
        return _current
