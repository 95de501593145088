"""A request as it is written down: checked where it is read, before anything relies on it.

Fields that are not named here are new ones; `Request.from_dict` checks their types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common import decoding, durations
from slack_wrapper.errors import SlackWrapperError

_NEVER = 253_402_214_400.0  # seconds since the epoch: the last day that a date can tell
_NOW = "now"  # as `post_at`, see `model.request`


@dataclass(frozen=True)
class _Form:
    """The fields of `model.request.Request` that state files have had from the first on."""

    option: str
    channels: list[str]
    message: str = ""
    files: list[str] = field(default_factory=list)
    comment: str = ""
    thread: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    color: str = ""
    mention: list[str] = field(default_factory=list)
    on_failure: str = ""
    encrypted_key: str | None = None
    receipt: str = ""
    rule: str = ""
    images: list[str] = field(default_factory=list)
    footer: str = ""
    approval: dict[str, Any] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    max_files: int = 0
    part: int = 0
    coalesce: dict[str, Any] = field(default_factory=dict)
    post_at: str = ""
    living: bool = False


def checked(data: object, where: str = "request") -> dict[str, Any]:
    """Return a stored request.

    Raises:
        ValueError: it is none; says which value.
    """
    form = decoding.record(_Form, data, where)
    if len(form.channels) != 1 or not form.channels[0]:
        raise ValueError(f"{where}.channels is not a list of one channel")
    paths = [form.receipt, form.thread, form.encrypted_key or ""]
    for path in (*paths, *form.files, *form.images, *form.attached):
        if "\0" in path:
            raise ValueError(f"{where} has a path that is not one")
    if form.post_at not in ("", _NOW):
        try:
            when = durations.moment(form.post_at, "post_at", 0.0)
        except SlackWrapperError as error:
            raise ValueError(f"{where}: {error.message}") from None
        if not 0 <= when < _NEVER:
            raise ValueError(f"{where}.post_at is out of range")
    assert isinstance(data, Mapping)
    return {"receipt": "", **data}
