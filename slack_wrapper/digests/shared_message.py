"""One message that steps share: posted with the first line, changed while others come, ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_wrapper.client import updates
from slack_wrapper.client.closed import DELETED, uneditable
from slack_wrapper.client.messages import Posted
from slack_wrapper.common import console
from slack_wrapper.digests.wording import fits, said_by, shown, text_of
from slack_wrapper.errors import SlackRefused, SlackUnavailable, SlackWrapperError
from slack_wrapper.message.coalescing import WINDOW, line_of
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import FAIL, MESSAGE, NO_THREAD, QUEUE, WARN, Request
from slack_wrapper.sending import receipts
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.run_threads import root_of
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.digest_log import Line, Shared
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import step_of
from slack_wrapper.spool.progress import Progress

_PATIENCE = 10  # windows after which a change that failed is tried again
_WAITS = "its line comes with the next change of the message"
Open = Callable[[str | None], Workspace]


class SharedMessage:
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
        key = self._state.destination[0]
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
            channel = self._state.destination[1]
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
        said, receipt = said_by(self._state.title, line.text), self._receipt(step)
        self._poster.history.remember(
            Entry(step, request, Progress(key=step), step, said, receipt=receipt)
        )

    def _root(self, request: Request) -> dict[str, Any]:
        post = replace(
            request, option=MESSAGE, message=text_of(self._state, over=False), comment="", files=(),
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
                         if shown(line) in said})  # fmt: skip
        self._state.write()

    def _say(self, *, over: bool) -> None:
        """Change the message, while steps go on to bring their lines."""
        with self._lock:
            if self._state.posted.get("status") != "delivered":
                self._post()
            if self._state.posted.get("status") != "delivered":
                return  # it waits in the outbox, and its lines with it
            said, text = dict(self._state.lines), text_of(self._state, over=over)
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
            self._state.root = replace(request, message=text_of(self._state, over=over)).to_dict()
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
        if fits(lines) or self._state.posted.get("status") != "delivered":
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
