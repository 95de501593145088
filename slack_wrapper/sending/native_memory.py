"""Which types of blocks a workspace has refused: asked for a day, then tried again.

Slack hands new blocks out workspace by workspace, and compatible servers know few of them. What is
remembered is in `.snakemake/slack/refused_blocks.json`, by a fingerprint of token and server that
tells nothing of either. Losing it, or a write of it, costs one call that is refused.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection
from pathlib import Path

from slack_wrapper.client.transport import Transport
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.errors import LedgerUnusable, StateUnreadable
from slack_wrapper.message.charts import VISUALIZATION
from slack_wrapper.message.native_tables import DATA_TABLE, TABLE
from slack_wrapper.spool import state_file
from slack_wrapper.spool.ledger import FOLDER

EXPIRY = 24 * 3600.0  # seconds after which a workspace is asked again
NAME = "refused_blocks.json"
VERSION = 1
_ALL = frozenset({DATA_TABLE, TABLE, VISUALIZATION})


def avoided(transport: Transport, folder: Path = FOLDER) -> frozenset[str]:
    """Return the types of blocks that a workspace, webhook or server does not take."""
    if isinstance(transport, WebhookTransport) and transport.flavor != "slack":
        return _ALL
    now = time.time()
    known = _load(folder).get(transport.fingerprint, {})
    return frozenset(kind for kind, until in known.items() if now < until <= now + EXPIRY)


def remember(transport: Transport, kinds: Collection[str], folder: Path = FOLDER) -> None:
    """Remember the types of blocks that were refused, while others of the message were taken."""
    known, now = _load(folder), time.time()
    mine = known.setdefault(transport.fingerprint, {})
    mine.update(dict.fromkeys(kinds, now + EXPIRY))
    fresh = {
        name: {kind: until for kind, until in kept.items() if until > now}
        for name, kept in known.items()
    }
    data = {"version": VERSION, "refused": {name: one for name, one in fresh.items() if one}}
    with contextlib.suppress(OSError, LedgerUnusable):
        state_file.write(folder / NAME, data)


def _load(folder: Path) -> dict[str, dict[str, float]]:
    """Return what is on disk; what cannot be read counts as nothing."""
    try:
        found = state_file.read(folder / NAME, (VERSION,)).get("refused")
        return {
            str(name): {str(kind): float(until) for kind, until in kept.items()}
            for name, kept in dict(found or {}).items()
        }
    except (OSError, StateUnreadable, ValueError, TypeError, AttributeError):
        return {}
