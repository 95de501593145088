"""Many steps, one message: it is posted once, and changed as further lines come in.

The first line posts the message; the lines of the next seconds are gathered, then the message is
changed once for all of them. A step does not wait for that: its receipt says `queued` until the
message has its line. Every line is written down before its step gets a receipt, so that a killed
run loses none; the next run, or `slack-wrapper flush`, goes on with the same message.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.common import console, file_lock
from slack_wrapper.digests.shared_message import Open, SharedMessage
from slack_wrapper.digests.wording import said_by
from slack_wrapper.errors import (
    RequestError,
    SlackWrapperError,
    StateUnreadable,
)
from slack_wrapper.message.coalescing import line_of
from slack_wrapper.message.file_parameters import BATCH
from slack_wrapper.model.receipt import Receipt, deliveries
from slack_wrapper.model.request import FILE, NO_THREAD, Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.run_threads import root_of
from slack_wrapper.spool import digest_log, state_file
from slack_wrapper.spool.digest_log import Shared
from slack_wrapper.spool.entry import plain_path
from slack_wrapper.spool.ledger import FOLDER, step_of


class Digests:
    """The shared messages of a run.

    Args:
        poster: posts what is posted.
        workspace: key file → its connection.
        records: tell whether a run holds this session, which alone can gather lines.
        folder: where they are written down.
    """

    def __init__(
        self, poster: Poster, workspace: Open, records: RunRecords, folder: Path = FOLDER
    ) -> None:
        self._poster, self._workspace = poster, workspace
        self._folder = folder / "digests"
        self._known: dict[tuple[str, tuple[str, str]], SharedMessage] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._owned: int | None = None
        self._loaded = False
        self._records = records

    def add(self, request: Request, files: Sequence[LocalFile]) -> Receipt:
        """Take the line of a step, and let its files follow in the thread.

        Args:
            request: with one channel and `coalesce`.
            files: its files, checked.

        Raises:
            RequestError: this is not the session of a run.
            SlackWrapperError: see `Poster.deliver`; for its line only with `on_failure: fail`.
        """
        if not self._records.lasts:
            raise RequestError(
                f"step {request.rule}: coalesce needs the session of a run",
                hint='include: slack_wrapper.rules("slack.smk"), and run the step on the same host',
            )
        step = step_of(request.receipt, request.channels[0])
        receipt = self._poster.history.recall(
            step, said_by(request.coalesce["title"], line_of(request))
        )
        if receipt is None:
            digest = self._of(request)
            receipt, root = digest.take(request), digest.root
        else:  # in a message of an earlier run, at whose end its job had not ended well
            root = root_of(receipt)
        if not files or receipt["status"] == "warned":
            return receipt
        return {**receipt, "replies": self._replies(request, files, root)}

    def _replies(
        self, request: Request, files: Sequence[LocalFile], root: str | None
    ) -> list[Receipt]:
        """Let the files of a step follow in the thread, as many a message as go in one."""
        workspace = self._workspace(request.encrypted_key)
        size, done = request.max_files or BATCH, []
        for start in range(0, len(files), size):
            post = replace(
                request, option=FILE, message="", comment="" if start else line_of(request),
                thread=NO_THREAD, coalesce={}, part=start // size + 1,
                files=request.files[start : start + size],
            )  # fmt: skip
            own = files[start : start + size]
            done.append(self._poster.deliver(workspace, post, own, thread=root))
        return done

    def confirm(self, request: Request, receipt: Receipt) -> None:
        """Learn that the receipt of a step is in its place: it may be out of date already."""
        for channel, one in zip(request.channels, deliveries(receipt), strict=True):
            known = self._known.get(_name(replace(request, channels=(channel,))))
            if known is not None and one["status"] == "queued":
                known.renew(step_of(request.receipt, channel))

    def resume(self) -> None:
        """Go on with the messages of a run that was killed; nothing if another process does."""
        with self._lock:
            if not self._load():
                return
        self._each(lambda digest: digest.change())

    def waits(self) -> list[Shared]:
        """Return the messages that are written down here and behind."""
        return [one for one in digest_log.read_all(self._folder) if one.behind]

    def bring_here(self) -> None:
        """Let the messages of another working directory be continued from this one.

        Raises:
            LedgerUnusable: one cannot be written.
        """
        for one in self.elsewhere():
            one.origin = None
            one.write()

    def elsewhere(self) -> list[Shared]:
        """Return the messages that are behind and were begun in another working directory."""
        state = self._folder.parent
        return [one for one in self.waits() if not one.is_from(state)]

    def unreadable(self) -> list[StateUnreadable]:
        """Return what is known of messages and cannot be read."""
        return digest_log.unreadable(self._folder)

    def close(self) -> list[SlackWrapperError]:
        """Bring all messages up to date and end them; return what kept some from it."""
        self._over.set()
        with self._lock:
            if not self._load():
                return []
        troubles = list(self._each(lambda digest: digest.finish()))
        with self._lock:
            if self._owned is not None:
                os.close(self._owned)
            self._known, self._owned, self._loaded = {}, None, False
        return troubles

    def _each(self, work: Callable[[SharedMessage], None]) -> list[SlackWrapperError]:
        troubles = []
        for digest in list(self._known.values()):
            try:
                work(digest)
            except SlackWrapperError as error:
                troubles.append(error)
        return troubles

    def _of(self, request: Request) -> SharedMessage:
        with self._lock:
            if not self._load():
                raise RequestError(
                    f"step {request.rule}: another process changes the shared messages here",
                    hint="let the other run, or `slack-wrapper flush`, come to its end",
                )
            name = _name(request)
            if name not in self._known:
                made = digest_log.new(self._folder, *name)
                self._known[name] = SharedMessage(self._poster, self._workspace, made)
            digest = self._known[name]
            digest.window = request.coalesce["window"]
            return digest

    def _load(self) -> bool:
        """Own the folder and read it, once; return whether it is ours."""
        if self._owned is None:
            if not self._records.lasts and not self._folder.is_dir():
                return False
            self._owned = _own(self._folder)
        if self._owned is not None and not self._loaded:
            self._loaded = True
            for one in digest_log.read_all(self._folder, _tell):
                if one.is_from(self._folder.parent):
                    name = one.title, (plain_path(one.destination[0]), one.destination[1])
                    self._known[name] = SharedMessage(self._poster, self._workspace, one)
                elif one.behind and self._records.lasts:
                    console.warn(_elsewhere(one))
            if self._records.lasts:
                self._over.clear()
                threading.Thread(target=self._keep_up, daemon=True).start()
        return self._owned is not None

    def _keep_up(self) -> None:
        """Change, now and then, the messages that are behind."""
        over = self._over
        while not over.wait(0.5):
            for digest in list(self._known.values()):
                if digest.due():
                    digest.try_to_change()


def _name(request: Request) -> tuple[str, tuple[str, str]]:
    return request.coalesce["title"], (plain_path(request.encrypted_key or ""), request.channels[0])


def _elsewhere(one: Shared) -> str:
    return (
        f"the message {one.title} was begun in {one.origin}\n"
        "hint: if it is not continued there: slack-wrapper flush --here"
    )


def _tell(error: StateUnreadable) -> None:
    console.warn(f"lines of a shared message are left out: {error}")


def _own(folder: Path) -> int | None:
    """Take the folder for this process and return its lock, None if another process has it."""
    with contextlib.suppress(OSError):
        lock = file_lock.open_lock(state_file.folder(folder) / "lock", like_folder=True)
        try:
            if file_lock.acquire(lock, 0):
                return lock
        except OSError:
            pass  # no locks here
        os.close(lock)
    return None
