"""What a post leaves behind: its receipt, one a channel, and what it says."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

Receipt = dict[str, Any]


class Form(StrEnum):
    """In which form the tables and charts of a post are in the channel: `form` of its receipt."""

    WHOLE = "native"  # as Slack draws them, with all there is
    CUT = "native_cut"  # as Slack draws them; the whole is in a file
    TEXT = "text"  # as text: the workspace takes no such blocks, or there is no room for them


PENDING = "pending"  # status of a receipt that is not one yet: `wait` seconds and post again


def deliveries(receipt: Receipt) -> list[Receipt]:
    """Return the receipts of each channel: one, or those of a list of channels."""
    return list(receipt.get("deliveries") or [receipt])


def every(receipt: Receipt) -> list[Receipt]:
    """Return the receipts of each channel, and of the messages that followed in their threads."""
    return [one for entry in deliveries(receipt) for one in (entry, *(entry.get("replies") or ()))]


def given_up(receipt: Receipt) -> list[str]:
    """Return a line for each message that `on_failure: warn` has given up: why, and what helps."""
    return [
        f"nothing is posted to {one['channel_name']}: {why(one)}"
        for one in every(receipt)
        if one.get("status") == "warned"
    ]


def why(receipt: Receipt) -> str:
    """Return reason and hint of a receipt that is not of a delivered post, in one line."""
    told = [str(receipt.get("reason") or ""), str(receipt.get("hint") or "")]
    return " ".join("; hint: ".join(filter(None, told)).split())
