"""What a run cannot say now: it waits in the outbox, or at Slack for the end of quiet hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.common.budget import spending
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.model.request import FILE, MESSAGE, NO_THREAD, QUEUE, RUN_THREAD, WARN, Request
from slack_wrapper.sending.flush import tell_left
from slack_wrapper.sending.poster import Poster
from slack_wrapper.session.port import SendingSession
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.progress import Progress


class Later:
    """The way of one run's words to one channel by the session's own means.

    Args:
        session: of the run.
        poster: keeps the outbox.
        settings: of the run's message.
    """

    def __init__(self, session: SendingSession, poster: Poster, settings: LiveSettings) -> None:
        self._session, self._poster, self._settings = session, poster, settings
        self.has_files = False  # whether files wait in the outbox for the end of the run

    @property
    def is_quiet(self) -> bool:
        """Whether the config's quiet hours hold now."""
        return not self._poster.waiting.due(Entry("", self.request().to_dict(), Progress()))

    def request(self, text: str = "", **more: Any) -> Request:
        """Return a post to the channel, outside all threads."""
        settings = self._settings
        request = Request(
            MESSAGE,
            (settings.channel,),
            message=text,
            thread=NO_THREAD,
            encrypted_key=settings.encrypted_key,
            on_failure=QUEUE if settings.keeps else WARN,
        )
        return replace(request, **more)

    def queue(self, request: Request, progress: Progress, reason: str) -> bool:
        """Let a post wait in the outbox; Slack is not asked. False when it is given up.

        Args:
            request: see `request`.
            progress: of its message, whose thread it goes into.
            reason: why it waits.

        Raises:
            LedgerUnusable: it cannot be written down.
        """
        if not self._settings.keeps:
            return False
        entry = Entry("live", request.to_dict(), progress)
        self._poster.outbox.take(entry, reason, self._poster.ledger.sending)
        return True

    def queue_files(self, files: Sequence[LocalFile], thread: str | None) -> None:
        """Let files wait in the outbox, in one message of the thread; `deliver` posts them.

        Raises:
            LedgerUnusable: they cannot be kept.
        """
        paths = tuple(str(file.path) for file in files)
        request = self.request(option=FILE, files=paths)
        entry = Entry("live", request.to_dict(), Progress(thread=thread))
        self._poster.waiting.take(entry, files, "the run has ended")
        self.has_files = True

    def schedule(self, request: Request) -> None:
        """Let a post go out when the quiet hours are over, into the run's thread.

        Raises:
            SlackWrapperError: see `LocalSession.post`.
        """
        self._session.post(replace(request, thread=RUN_THREAD))

    def flush(self) -> None:
        """Deliver what waits from earlier; what cannot be delivered waits on."""
        if self._poster.outbox.waits():
            self._session.flush()

    def deliver(self, warn: Callable[[str], None], patience: Any) -> None:
        """Deliver the files of the run's end, on the thread that ends it.

        Args:
            warn: is told of what still waits.
            patience: what a silent Slack may cost; None: as long as it takes.
        """
        if not self.has_files:
            return
        try:
            if patience is None:
                done = self._session.flush(wait=True)
            else:
                with spending(patience):
                    done = self._session.flush(seconds=self._session.max_wait, wait=True)
        except SlackWrapperError as error:
            warn(str(error))
            return
        tell_left(done, warn)
