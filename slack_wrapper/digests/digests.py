"""Many steps, one message: it is posted once, and changed as further lines come in.

The first line posts the message; the lines of the next seconds are gathered, then the message is
changed once for all of them. A step does not wait for that: its receipt says `queued` until the
message has its line. Every line is written down before its step gets a receipt, so that a killed
run loses none; the next run, or `slack-wrapper flush`, goes on with the same message.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slack_wrapper.client import updates
from slack_wrapper.client.closed import DELETED, uneditable
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.messages import Posted
from slack_wrapper.common import console, file_lock
from slack_wrapper.common.text import shorten
from slack_wrapper.common.text_parts import MAX_TEXT
from slack_wrapper.errors import (
    RequestError,
    SlackRefused,
    SlackUnavailable,
    SlackWrapperError,
    StateUnreadable,
)
from slack_wrapper.message.coalescing import WINDOW, line_of
from slack_wrapper.message.file_parameters import BATCH
from slack_wrapper.model.receipt import Receipt, deliveries
from slack_wrapper.model.request import FAIL, FILE, MESSAGE, NO_THREAD, QUEUE, WARN, Request
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending import receipts
from slack_wrapper.sending.run_threads import root_of
from slack_wrapper.spool import digest_log, state_file
from slack_wrapper.spool.digest_log import Line, Shared
from slack_wrapper.spool.entry import Entry, plain_path
from slack_wrapper.spool.ledger import FOLDER, step_of
from slack_wrapper.spool.progress import Progress

if TYPE_CHECKING:
    from slack_wrapper.sending.poster import Poster
    from slack_wrapper.sending.workspace import Workspace

MAX_TITLE = 150  # characters of the title that are shown
MAX_LINE = 200  # characters of a line in the message; the list in the thread has all of it
_ROOM = MAX_TEXT - 200
_PATIENCE = 10  # windows after which a change that failed is tried again
_WAITS = "its line comes with the next change of the message"

Open = Callable[[str | None], "Workspace"]


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
        self._known: dict[tuple[str, tuple[str, str]], _Digest] = {}
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
            step, _said(request.coalesce["title"], line_of(request))
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

    def _each(self, work: Callable[[_Digest], None]) -> list[SlackWrapperError]:
        troubles = []
        for digest in list(self._known.values()):
            try:
                work(digest)
            except SlackWrapperError as error:
                troubles.append(error)
        return troubles

    def _of(self, request: Request) -> _Digest:
        with self._lock:
            if not self._load():
                raise RequestError(
                    f"step {request.rule}: another process changes the shared messages here",
                    hint="let the other run, or `slack-wrapper flush`, come to its end",
                )
            name = _name(request)
            if name not in self._known:
                made = digest_log.new(self._folder, *name)
                self._known[name] = _Digest(self._poster, self._workspace, made)
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
                    name = one.title, (plain_path(one.place[0]), one.place[1])
                    self._known[name] = _Digest(self._poster, self._workspace, one)
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


class _Digest:
    """One shared message, and what is done with it."""

    def __init__(self, poster: Poster, workspace: Open, state: Shared) -> None:
        self._poster, self._workspace, self._state = poster, workspace, state
        self._lock = threading.RLock()  # of the state
        self._changing = threading.RLock()  # one change at a time; taken before the other one
        self._since = time.monotonic()  # when it was last changed
        self._left: dict[str, tuple[str, Receipt]] = {}  # step → receipt, of messages left behind
        self.window = WINDOW

    @property
    def root(self) -> str | None:
        """What replies to it reply to, see `threads.root_of`."""
        return root_of(self._state.posted) if self._state.posted else None

    def take(self, request: Request) -> Receipt:
        """Write a step's line down, show it at once if it is the first, and return a receipt.

        Raises:
            SlackWrapperError: the message cannot be posted, and does not wait.
        """
        step = step_of(request.receipt, request.channels[0])
        with self._lock:
            self._state.put(step, line_of(request), request.receipt)
            if not self._state.root:
                self._state.root = self._root(request)
                self._state.write()
            try:
                if self._state.posted.get("status") != "delivered":
                    self._post()
            except SlackWrapperError as error:
                self._take_back(step)
                if request.on_failure != WARN:
                    raise
                return receipts.put_off("warned", request, (), error, Progress())
        if request.on_failure == FAIL:
            self.change()
        with self._lock:
            return self._receipt(step)

    def _take_back(self, step: str) -> None:
        """Drop the line of a step that is told that it failed."""
        if not self._state.lines[step].shown:
            self._state.drop(step)
        if not self._state.lines and not self._state.posted:
            self._state.root = {}
            self._state.remove()

    def renew(self, step: str) -> None:
        """Let the receipt of a step say that its line is shown, if it is."""
        with self._lock:
            line = self._state.lines.get(step)
            if line is not None and line.shown and line.receipt:
                receipts.renew(line.receipt, self._receipt(step))
            elif line is None and self._left.get(step, ("",))[0]:
                receipts.renew(*self._left[step])

    def due(self) -> bool:
        """Whether it is time to change the message."""
        key = self._state.place[0]
        waited = time.monotonic() - self._since >= self.window
        return waited and self._state.behind and not self._poster.reach.away(key)

    def try_to_change(self) -> None:
        """Change the message if Slack lets us; what keeps us from it may pass."""
        self._since = time.monotonic()
        try:
            self.change()
        except SlackWrapperError as error:
            self._since += _PATIENCE * self.window
            if isinstance(error, SlackRefused):
                console.warn(f"the message {self._state.title}: {error}")

    def change(self) -> None:
        """Let the message in the channel have all lines.

        Raises:
            SlackWrapperError: it does not; the lines stay written down.
        """
        with self._changing:
            if self._state.behind:
                self._say(over=False)

    def finish(self) -> None:
        """Let the message say the last word, the thread have all lines, and forget both.

        Raises:
            SlackWrapperError: see `change`.
        """
        with self._changing:
            if self._state.lines:
                self._say(over=True)
                self._list(list(self._state.lines.values()))
            if self._state.behind:
                raise SlackUnavailable(
                    f"the message {self._state.title} waits for Slack", code="behind"
                )
            channel = self._state.place[1]
            for part in (0, 1):
                self._poster.history.forget(step_of(str(self._state.path), channel, part))
            self._remember()
            self._state.remove()

    def _remember(self) -> None:
        """Keep what steps have said whose jobs have failed or been killed: they will run again."""
        for step in self._state.lines:
            self._remember_one(step)

    def _remember_one(self, step: str) -> None:
        line = self._state.lines[step]
        request = {**self._state.root, "receipt": line.receipt}
        said, receipt = _said(self._state.title, line.text), self._receipt(step)
        self._poster.history.remember(
            Entry(step, request, Progress(key=step), step, said, receipt=receipt)
        )

    def _root(self, request: Request) -> dict[str, Any]:
        post = replace(
            request, option=MESSAGE, message=_text(self._state, over=False), comment="", files=(),
            on_failure=QUEUE, coalesce={}, receipt=str(self._state.path), living=True,
        )  # fmt: skip
        return post.to_dict()

    def _post(self) -> None:
        """Post the message, or learn what has become of it: the poster posts it once."""
        request = Request.from_dict(self._state.root)
        receipt = self._poster.deliver(self._workspace(request.encrypted_key), request, ())
        self._state.posted = receipt
        if receipt["status"] == "delivered":
            said = request.message.split("\n")
            self._shown({step: line for step, line in self._state.lines.items()
                         if _line(line) in said})  # fmt: skip
        self._state.write()

    def _say(self, *, over: bool) -> None:
        """Change the message, while steps go on to bring their lines."""
        with self._lock:
            if self._state.posted.get("status") != "delivered":
                self._post()
            if self._state.posted.get("status") != "delivered":
                return  # it waits in the outbox, and its lines with it
            said, text = dict(self._state.lines), _text(self._state, over=over)
            posted, request = self._state.posted, Request.from_dict(self._state.root)
        workspace = self._workspace(request.encrypted_key)
        message = updates.Living(Posted(posted["channel"], posted["ts"]), posted["key"])
        retrier = self._poster.retrier(workspace, request)
        try:
            updates.update(workspace.transport, message, text, retrier, about=request.about)
        except SlackRefused as refused:
            if not uneditable(refused):
                raise
            said = self._begin_anew(request, over=over, there=refused.code != DELETED)
        with self._lock:
            self._since = time.monotonic()
            self._shown(said)
            self._state.write()

    def _begin_anew(self, request: Request, *, over: bool, there: bool) -> dict[str, Line]:
        """Post another message; return the lines that it has, by their steps.

        Args:
            request: that posted the first one.
            over: whether this is its last word.
            there: whether the first one is in the channel, and only its change was refused: then
                the other one says what that one has not. One that was deleted is said again.
        """
        if there:
            self._leave_behind()
        with self._lock:
            self._poster.history.forget(step_of(request.receipt, request.channels[0]))
            said, self._state.posted, self._state.root = dict(self._state.lines), {}, {}
            if not said:
                return {}
            self._state.root = replace(request, message=_text(self._state, over=over)).to_dict()
            self._state.write()
            self._post()
        return said if self._state.posted["status"] == "delivered" else {}

    def _leave_behind(self) -> None:
        """Let the steps whose lines the message in the channel has be done with it."""
        shown = [step for step, line in self._state.lines.items() if line.shown]
        if shown:
            self._list([self._state.lines[step] for step in shown])
        with self._lock:
            for step in shown:
                self._left[step] = (self._state.lines[step].receipt, self._receipt(step))
                self._remember_one(step)
                self._state.drop(step)

    def _list(self, lines: Sequence[Line]) -> None:
        """Let the thread have all lines of the message, when that has not."""
        if _fits(lines) or self._state.posted.get("status") != "delivered":
            return
        text = "\n".join(f"• {line.text}" for line in lines)
        root = Request.from_dict(self._state.root)
        post = replace(root, message=text, thread=NO_THREAD, part=1)
        self._poster.deliver(self._workspace(root.encrypted_key), post, (), thread=self.root)

    def _shown(self, said: Mapping[str, Line]) -> None:
        """Note that the message has these lines; one that has changed since then it has not."""
        for step, line in said.items():
            if self._state.lines.get(step) is line and not line.shown:
                line.shown = True
                if line.receipt:
                    receipts.renew(line.receipt, self._receipt(step))

    def _receipt(self, step: str) -> Receipt:
        """Return the receipt of one step; its key is the step's own, by which it is renewed."""
        line, posted = self._state.lines[step], self._state.posted
        receipt = {**posted, "text": line.text, "files": [], "key": step}
        receipt.pop("reason", None)
        receipt.pop("hint", None)
        if posted.get("status") == "delivered" and not line.shown:
            receipt.update(status="queued", reason=_WAITS)
        elif posted.get("status") == "queued":
            receipt["reason"] = posted.get("reason", "")
        return receipt


def _name(request: Request) -> tuple[str, tuple[str, str]]:
    return request.coalesce["title"], (plain_path(request.encrypted_key or ""), request.channels[0])


def _said(title: str, text: str) -> str:
    """Return what tells a line from another one of the same step: SHA-256, in hex."""
    return hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()


def _line(line: Line) -> str:
    return f"• {shorten(line.text, MAX_LINE)}"


def _text(state: Shared, *, over: bool) -> str:
    """Return what the message says: title, count, and the last lines that there is room for."""
    count, room = len(state.lines), _ROOM
    head = f"*{shorten(state.title, MAX_TITLE)}*: {count}" + ("" if over else " so far")
    kept: list[str] = []
    for line in map(_line, reversed(state.lines.values())):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = count - len(kept)
    where = "all are in the thread" if over else "all of them will follow in the thread"
    more = [f"… {left} earlier ones; {where}"] if left else []
    return "\n".join([head, *more, *reversed(kept)])


def _fits(lines: Sequence[Line]) -> bool:
    whole = all(len(line.text) <= MAX_LINE for line in lines)
    return whole and sum(len(_line(line)) + 1 for line in lines) <= _ROOM


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
