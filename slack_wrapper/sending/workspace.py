"""What a post is sent with: a connection to one workspace, and the names looked up there."""

from __future__ import annotations

from dataclasses import dataclass

from slack_wrapper.client.names import Names
from slack_wrapper.client.transport import Transport


@dataclass(frozen=True)
class Workspace:
    """One token's connection: what it is called with, and the names it has looked up.

    Args:
        transport: what calls are made with.
        names: channels and people that were looked up.
        upload_timeout: seconds to wait for the answer after an upload; None: grows with its size.
    """

    transport: Transport
    names: Names
    upload_timeout: float | None = None
