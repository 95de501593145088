"""A preview as text, for a terminal."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wcwidth import wcswidth

from slack_wrapper.common.foreign import one_line, printable
from slack_wrapper.preview.preview import Looks, groups_of_blocks, used

_RULE = "─" * 64
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def text(looks: Looks) -> str:
    """Return what a post looks like, line by line."""
    return printable("\n".join(_lines(looks)))


def _lines(looks: Looks) -> Iterator[str]:
    request = looks.request
    where = "" if request.thread == "none" else f", thread {request.thread}"
    yield f"── {request.option} to {', '.join(request.channels)}{where} {_RULE}"[:72]
    for fault in looks.wrong:
        yield f"✗ {fault.path} {fault.told}"
        yield f"    hint: {fault.hint}"
    first, *rest = looks.draft.parts or ("",)
    has_blocks = bool(looks.draft.blocks)
    if first and not has_blocks:
        yield from _said(first, looks)
    for color, blocks in groups_of_blocks(looks.draft):
        bar = f"┃{color} " if color else ""
        for block in blocks:
            for line in _block(block, looks):
                yield f"{'┃ ' if bar else ''}{line}"
    for path in request.files:
        yield f"📎 {_file(path)}"
    for part in rest:
        yield "↳ in the thread:"
        yield from (f"  {line}" for line in _said(part, looks))
    if looks.draft.later:
        yield "↳ in the thread:"
        yield from (f"  {line}" for block in looks.draft.later for line in _block(block, looks))
    for follower in looks.followers:
        yield f"↳ in the thread: {', '.join(_file(path) for path in follower.files)}"
    yield _RULE
    yield from used(looks)
    if request.coalesce:
        yield f"one line of the shared message: {request.coalesce['title']}"
    yield from looks.notes


def _block(block: Mapping[str, Any], looks: Looks) -> Iterator[str]:
    kind = str(block.get("type"))
    if kind == "header":
        yield _flat(block, looks).upper()
    elif kind == "divider":
        yield "─" * 20
    elif kind == "image":
        yield f"🖼 {one_line(str(block.get('alt_text', '')))}"
    elif kind == "context":
        yield "· " + "  ".join(_flat({"text": one}, looks) for one in block.get("elements") or [])
    elif kind in ("table", "data_table"):
        yield from _table(block)
    elif kind == "data_visualization":
        yield from _chart(block)
    elif kind == "actions":
        yield "  ".join(f"[{_flat(one, looks)}]" for one in block.get("elements") or [])
    elif kind in ("section", "markdown"):
        yield from _said(_words(block.get("text")), looks)
        for one in block.get("fields") or []:
            yield from (f"  {line}" for line in _said(_words(one), looks))
    else:
        yield f"[{kind}] {_flat(block, looks)}".rstrip()


def _table(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield the rows of a table, its cells one below the other."""
    rows = [[one_line(_words(cell)) for cell in row] for row in block.get("rows") or []]
    widths = [max(map(wcswidth, column)) for column in zip(*rows, strict=False)]
    if block.get("caption"):
        yield f"▦ {one_line(str(block['caption']))}"
    for row in rows:
        padded = (cell + " " * (n - wcswidth(cell)) for cell, n in zip(row, widths, strict=False))
        yield f"  {'  '.join(padded)}".rstrip()


def _chart(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield a chart as its title and values."""
    chart = block.get("chart") or {}
    yield f"▤ {one_line(str(block.get('title') or ''))} ({chart.get('type')} chart)"
    for one in chart.get("segments") or []:
        yield f"  {one_line(str(one.get('label')))}: {one.get('value')}"
    for one in chart.get("series") or []:
        values = ", ".join(
            f"{one_line(str(point.get('label')))} {point.get('value')}"
            for point in one.get("data") or []
        )
        yield f"  {one_line(str(one.get('name')))}: {values}"


def _flat(part: Mapping[str, Any], looks: Looks) -> str:
    return " ".join(_said(_words(part.get("text")), looks))


def _words(text: Any) -> str:
    if isinstance(text, Mapping):
        return _words(text.get("text")) or str(text.get("alt_text") or "")
    return str(text or "")


def _said(text: str, looks: Looks) -> list[str]:
    """Return mrkdwn as a person reads it: names for IDs, addresses behind their links."""
    named = _LINK.sub(lambda found: _target(found[1], found[2], looks), text)
    return html.unescape(named).split("\n") if text else []


def _target(target: str, label: str | None, looks: Looks) -> str:
    if target.startswith("!subteam^"):
        identifier = target.removeprefix("!subteam^")
        return f"@{looks.names.get(identifier, identifier)}"
    if target.startswith("@"):
        return f"@{looks.names.get(target[1:], target[1:])}"
    if target.startswith("!"):
        return f"@{target[1:]}"
    return f"{label} ({target})" if label else target


def _file(path: str) -> str:
    name = one_line(path.rpartition("/")[2])
    try:
        return f"{name} ({os.stat(path).st_size:,} bytes)"  # noqa: PTH116 - a look, no need of Path
    except OSError:
        return f"{name} (not there yet)"
