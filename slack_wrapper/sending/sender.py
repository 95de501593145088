"""What sends: the part of a session that flushing and knocking need."""

from __future__ import annotations

from typing import Protocol

from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.workspace import Workspace


class Sender(Protocol):
    """A session that holds tokens and connections, see `session.local`."""

    poster: Poster

    def workspace(self, key: str | None) -> Workspace:
        """Return the workspace of a key file, opened when it is first asked for."""

    def reopen(self, key: str | None) -> Workspace:
        """The same for what waits from earlier, which may not ask for a password in a run."""
