"""What the steps of this process have failed with, for the card of the run: by their receipts.

A step is a job of its own; Snakemake tells of it only that its command has failed.
"""

from __future__ import annotations

import threading

MOST = 500  # steps that are remembered

_told: dict[str, str] = {}
_lock = threading.Lock()


def remember(receipt: str, text: str) -> None:
    """Remember what a step has failed with.

    Args:
        receipt: its output.
        text: what it prints: an error of ours, with its hint.
    """
    with _lock:
        while len(_told) >= MOST:
            del _told[next(iter(_told))]
        _told[receipt] = text


def of(receipt: str) -> str:
    """Return what a step has failed with last, empty when nothing is known."""
    with _lock:
        return _told.get(receipt, "")
