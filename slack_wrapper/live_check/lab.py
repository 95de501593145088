"""Where beliefs are tried: posts as steps do, reads back what Slack shows, deletes it all again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from slack_wrapper.client import updates
from slack_wrapper.client.messages import Posted
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import SlackError, SlackRefused
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import PENDING, Receipt, every
from slack_wrapper.session.local import LocalSession

BETWEEN = 1.1  # seconds between two visible calls: never more than one message per second
ABOUT = "the live check"
_SHARED = 30.0  # seconds that Slack may take to show a file or a message
_GONE = frozenset({"message_not_found", "file_deleted", "file_not_found", "cant_delete_message"})


class Lab:
    """One channel of one workspace, and a folder for the files that are posted.

    Args:
        session: sends.
        key: path of the key file, absolute; None for $SLACK_BOT_TOKEN.
        channel: name or ID.
        person: whom a direct message may go to, e-mail or ID; may be empty.
        folder: an empty folder, the working directory.
        wait: waits for so many seconds.
    """

    def __init__(
        self,
        session: LocalSession,
        key: str | None,
        channel: str,
        *,
        person: str,
        folder: Path,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.session, self.key, self.channel = session, key, channel
        self.person, self.folder, self.wait = person, folder, wait
        self.workspace = session.workspace(key)
        self.retrier = Retrier(RetryPolicy())
        self.who: dict[str, Any] = dict(self.call("auth.test"))
        self.made: list[Posted] = []
        self.files: list[str] = []
        self._receipts = 0

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method and return Slack's answer.

        Raises:
            SlackError: it refused, or did not answer.
        """
        transport = self.workspace.transport
        return dict(self.retrier.run(lambda: transport.call(method, arguments, about=ABOUT)))

    def post(self, **parameters: Any) -> Receipt:
        """Post as a step does, remember what is to be deleted, and return the receipt.

        Raises:
            SlackWrapperError: it was not posted.
        """
        self.pause()
        self._receipts += 1
        given = {"channel": self.channel, "thread": "none", "on_failure": "fail", **parameters}
        if given.get("option") == "approval":
            del given["on_failure"]
        if self.key:
            given["encrypted_key"] = self.key
        request = build(given, receipt=f"slack/{self._receipts}.json")
        receipt = self.session.post(request)
        while receipt.get("status") == PENDING:
            self.wait(receipt["wait"])
            receipt = self.session.post(request)
        self._remember(receipt)
        return receipt

    def shown(self, posted: Posted, root: str | None = None) -> dict[str, Any]:
        """Return a message as Slack has it; empty if it does not show it in time.

        Args:
            posted: where it is.
            root: `ts` of the root of its thread, for a reply.
        """
        method = "conversations.replies" if root else "conversations.history"
        given = {
            "channel": posted.channel,
            "oldest": posted.ts,
            "latest": posted.ts,
            "inclusive": True,
            "limit": 15,
            "include_all_metadata": True,
            **({"ts": root} if root else {}),
        }
        until = time.monotonic() + scaled(_SHARED)
        while True:
            found = self.call(method, **given)["messages"]
            for message in found:
                if message.get("ts") == posted.ts:
                    return dict(message)
            if time.monotonic() > until:
                return {}
            self.wait(BETWEEN)

    def replies(self, posted: Posted) -> list[dict[str, Any]]:
        """Return the replies to a message, the oldest first."""
        answer = self.call("conversations.replies", channel=posted.channel, ts=posted.ts, limit=15)
        return [dict(one) for one in answer["messages"] if one.get("ts") != posted.ts]

    def pause(self) -> None:
        """Wait until another visible call may go out."""
        self.wait(scaled(BETWEEN))

    def clean(self) -> list[str]:
        """Delete what was posted, replies first, and return what could not be deleted."""
        left: list[str] = []
        for posted in reversed(self.made):
            with _noted(left, f"message {posted.ts} in {posted.channel}"):
                for reply in self._replies_of(posted):
                    self._delete(Posted(posted.channel, str(reply["ts"])))
                self._delete(posted)
        for file in self.files:
            with _noted(left, f"file {file}"):
                self.call("files.delete", file=file)
        return left

    def _replies_of(self, posted: Posted) -> list[dict[str, Any]]:
        with contextlib.suppress(SlackError):  # without the scope there is nothing to be read
            return self.replies(posted)
        return []

    def _delete(self, posted: Posted) -> None:
        updates.delete(self.workspace.transport, posted, self.retrier, about=ABOUT)

    def _remember(self, receipt: Receipt) -> None:
        for one in every(receipt):
            if one.get("ts") and one.get("channel"):
                self.made.append(Posted(str(one["channel"]), str(one["ts"])))
            self.files += [str(file["id"]) for file in one.get("files") or [] if file.get("id")]


def posted(receipt: Receipt) -> Posted:
    """Return where a post is, by its receipt."""
    return Posted(str(receipt["channel"]), str(receipt["ts"]))


@contextlib.contextmanager
def _noted(left: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except SlackRefused as error:
        if error.code not in _GONE:
            left.append(f"{what} ({error.code})")
    except SlackError as error:
        left.append(f"{what} ({error.code})")
