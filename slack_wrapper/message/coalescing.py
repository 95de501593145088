"""`coalesce`: what steps may ask for that share one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.model.request import Request

WINDOW = 5.0  # seconds in which lines are gathered before the message is changed
MIN_WINDOW = 1.0  # chat.update may be called about once a second
_HINT = "write coalesce: All samples, or coalesce: {title: All samples, window: 10}"
# A line has no room for them, or an update of the message would lose them.
_NOT_WITH = ("blocks", "fields", "color", "images", "mention", "attached", "footer",
             "post_at")  # fmt: skip


def terms(value: Any, step: str) -> dict[str, Any]:
    """Return title and window of a parameter `coalesce`, nothing when it is empty.

    Raises:
        RequestError: it is of another form.
    """
    if not value:
        return {}
    given = {"title": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or set(given) - {"title", "window"} or not given.get("title"):
        raise RequestError(f"{step}: coalesce has no title", hint=_HINT)
    try:
        window = float(given.get("window") or WINDOW)
    except (TypeError, ValueError):
        raise RequestError(f"{step}: coalesce.window is not a number", hint=_HINT) from None
    return {"title": " ".join(str(given["title"]).split()), "window": max(MIN_WINDOW, window)}


def refuse_unfit(request: Request, step: str) -> None:
    """Refuse what a line of a shared message cannot have.

    Raises:
        RequestError: it has it.
    """
    for name in _NOT_WITH:
        if request.coalesce and getattr(request, name):
            told = "a table that has to be cut" if name == "attached" else name
            raise RequestError(
                f"{step}: {told} cannot be combined with coalesce",
                hint="a step's line is its message; its files follow in the thread",
            )


def line_of(request: Request) -> str:
    """Return what a step says in a shared message: one line."""
    said = request.comment or request.message or ", ".join(
        path.rpartition("/")[2] for path in request.files
    )  # fmt: skip
    return " ".join(said.split())
