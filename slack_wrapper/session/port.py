"""The interface of a session: `local` sends, `remote` hands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request

if TYPE_CHECKING:  # a remote session, which a step opens, loads none of these
    from slack_wrapper.digests.digests import Digests
    from slack_wrapper.sending.backpressure import Reachability
    from slack_wrapper.sending.flush import Outcome
    from slack_wrapper.sending.poster import Poster
    from slack_wrapper.sending.workspace import Workspace


class Session(Protocol):
    """Takes requests and returns receipts; safe to use from several threads."""

    def post(self, request: Request) -> Receipt:
        """Post to each channel of the request, once, and return the receipt."""

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Learn that a step's receipt is in its place since then; nothing depends on it alone."""


class SendingSession(Session, Protocol):
    """A session that sends by itself, as who leads a run or checks one sees it; see `local`."""

    @property
    def sends(self) -> bool:
        """Whether anything is sent at all: neither a dry run nor switched off."""

    @property
    def composes(self) -> bool:
        """Whether posts are checked, also in a dry run: not when switched off."""

    @property
    def max_wait(self) -> float:
        """Seconds that a post may wait for its turn."""

    @property
    def reach(self) -> Reachability:
        """What is known of the servers that it posts to."""

    @property
    def poster(self) -> Poster:
        """What delivers each post once."""

    @property
    def digests(self) -> Digests:
        """The messages that steps share."""

    def encrypt(self, key: str, encrypted: str) -> Receipt:
        """Encrypt a clear token into a key file."""

    def begin_thread(self, receipt: Receipt) -> None:
        """Make a message the root that posts with `thread: run` reply to."""

    def workspace(self, encrypted_key: str | None, *, ask: bool = True) -> Workspace:
        """Return the connection for a key file, None for $SLACK_BOT_TOKEN; unlocked once."""

    def reopen(self, encrypted_key: str | None) -> Workspace:
        """Return the connection for what waits from earlier."""

    def flush(
        self,
        *,
        seconds: float = float("inf"),
        stop: Callable[[], bool] = ...,
        wait: bool = False,
        patient: bool = False,
    ) -> list[Outcome]:
        """Deliver what waits in the outbox; see `sending.flush.flush`."""
