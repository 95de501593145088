"""The interface of a session: `local` sends, `remote` hands on."""

from __future__ import annotations

from typing import Protocol

from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request


class Session(Protocol):
    """Takes requests and returns receipts; safe to use from several threads."""

    def post(self, request: Request) -> Receipt:
        """Post to each channel of the request, once, and return the receipt."""

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Learn that a step's receipt is in its place since then; nothing depends on it alone."""
