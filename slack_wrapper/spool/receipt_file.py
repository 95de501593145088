"""The receipt on disk: its place is taken before the post, its content is written after it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from slack_wrapper.common import atomic_files
from slack_wrapper.errors import RequestError, os_reason
from slack_wrapper.model.request import Request
from slack_wrapper.spool import receipt_lock

# Bytes beside the texts of the request, which a receipt repeats: far above what the rest needs.
_REST = 8192


class ReceiptFile:
    """Takes the space for a receipt.

    Args:
        path: where it goes; its folder is made.
        request: the post whose receipt it will be; None for a small one.

    Raises:
        RequestError: it cannot be written there; nothing was posted.
    """

    def __init__(self, path: str, request: Request | None = None) -> None:
        self._path = path
        texts = len(json.dumps(request.to_dict())) * len(request.channels) if request else 0
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
            self._place = atomic_files.Reservation(path, _REST + 2 * texts, alone=True)
        except OSError as error:
            raise self._failed(error, "nothing was posted") from None

    def write(self, receipt: Mapping[str, Any], *, durable: bool = True) -> int:
        """Write the receipt whole or not at all, and return its time of last change in ns.

        Args:
            receipt: the content.
            durable: see `atomic.Reservation.fill`.

        Raises:
            RequestError: it cannot be written.
        """
        try:
            during = receipt_lock.locked()
            return self._place.fill(_text(receipt), durable=durable, during=during)
        except OSError as error:
            raise self._failed(error, "the post itself is done") from None

    def ready(self, receipt: Mapping[str, Any]) -> tuple[str, int]:
        """Write the receipt beside its place, for the step's own process to put it there.

        Args:
            receipt: the content.

        Returns:
            The path of the written file, and its time of last change in ns.

        Raises:
            RequestError: it cannot be written.
        """
        try:
            changed = self._place.ready(_text(receipt), durable=False)
        except OSError as error:
            raise self._failed(error, "the post itself is done") from None
        return self._place.beside, changed

    def __enter__(self) -> ReceiptFile:
        return self

    def __exit__(self, *exc: object) -> None:
        self._place.release()

    def _failed(self, error: OSError, state: str) -> RequestError:
        return RequestError(
            f"the receipt {self._path} cannot be written: {os_reason(error)}",
            hint=f"{state}; check the folder and the free space, then run the step again",
        )


def _text(receipt: Mapping[str, Any]) -> bytes:
    return (json.dumps(receipt, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
