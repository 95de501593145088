"""A request → what Slack shows: text in parts that fit, blocks, colour, mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.session.limits import MAX_SECTION_FIELDS, MAX_SECTION_TEXT, faults
from slack_wrapper.session.mentions import People, shown
from slack_wrapper.session.request import FILE, Request
from slack_wrapper.texts import split

IMAGE = "image:"  # and a number: stands for the ID of an image that is not uploaded yet
_COLOR = re.compile(r"good|warning|danger|#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Draft:
    """What one request sends to each of its channels.

    Args:
        parts: texts of the message and of the replies that continue it.
        blocks: of the first part.
        attachments: of the first part.
    """

    parts: tuple[str, ...]
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)


def compose(request: Request, people: People, *, link: str = "") -> Draft:
    """Return the draft of a message, or of the text that accompanies files.

    Args:
        request: what is to be said.
        people: finds the IDs of those who are mentioned.
        link: address of the run's root message, for the footer.

    Raises:
        RequestError: something is over a limit of Slack's that cannot be split.
    """
    text = request.comment if request.option == FILE else request.message
    text = " ".join([*(shown(name, people) for name in request.mention), text]).strip()
    footer = _footer(request, link)
    if request.option == FILE:
        return _with_files(request, text, footer)
    blocks = [*request.blocks, *field_blocks(request), *_image_blocks(request)]
    if footer:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    check_blocks(blocks, request)
    if not request.color:
        return _plain(text, blocks, request)
    if not _COLOR.fullmatch(request.color):
        raise RequestError(
            f"{_step(request)}: color is {request.color}",
            hint="use good, warning, danger or a form like #36a64f",
        )
    parts = tuple(split(text))
    body = [*_sections(text), *blocks]
    fallback = parts[0] if parts else _fallback(request)
    if len(parts) > 1 or not _fit(body):  # too much for a coloured bar: the text as text
        return Draft(parts, [], [{"color": request.color, "blocks": blocks}] if blocks else [])
    return Draft(("",), [], [{"color": request.color, "blocks": body, "fallback": fallback}])


def field_blocks(request: Request) -> list[dict[str, Any]]:
    """Return `fields` as sections of two columns, ten fields each."""
    entries = [
        {"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in request.fields.items()
    ]
    return [
        {"type": "section", "fields": entries[start : start + MAX_SECTION_FIELDS]}
        for start in range(0, len(entries), MAX_SECTION_FIELDS)
    ]


def _image_blocks(request: Request) -> list[dict[str, Any]]:
    """Return one block an image; the file's ID is put in when Slack has told it."""
    return [
        {
            "type": "image",
            "slack_file": {"id": f"{IMAGE}{number}"},
            "alt_text": path.rpartition("/")[2],
        }
        for number, path in enumerate(request.images)
    ]


def with_images(part: Any, identifiers: Sequence[str]) -> Any:
    """Return blocks or attachments with the IDs of the images that a draft left open."""
    if isinstance(part, list):
        return [with_images(one, identifiers) for one in part]
    if not isinstance(part, dict):
        return part
    number = str(part.get("id")).removeprefix(IMAGE)
    if f"{IMAGE}{number}" == part.get("id") and number in map(str, range(len(identifiers))):
        return {"id": identifiers[int(number)]}
    return {name: with_images(value, identifiers) for name, value in part.items()}


def check_blocks(blocks: list[dict[str, Any]], request: Request) -> None:
    """Refuse blocks over Slack's limits, with the path of the one at fault.

    Raises:
        RequestError: nothing was sent.
    """
    for fault in faults(blocks):
        raise RequestError(f"{_step(request)}: {fault.path} {fault.told}", hint=fault.hint)


def _fit(blocks: list[dict[str, Any]]) -> bool:
    return next(faults(blocks), None) is None


def _footer(request: Request, link: str) -> str:
    """Return the last line; only a footer that is asked for has the link."""
    return f"{request.footer} · <{link}|the run>" if request.footer and link else request.footer


def _plain(text: str, blocks: list[dict[str, Any]], request: Request) -> Draft:
    parts = tuple(split(text)) or (_fallback(request),)
    if not blocks:
        return Draft(parts)
    if len(parts) > 1 or not text:  # the whole text first, the blocks where they fit
        shown = blocks if not text else []
        later = [] if not text else [{"blocks": blocks}]
        return Draft(parts, shown, later)
    whole = [*_sections(text), *blocks]
    return Draft(parts, whole) if _fit(whole) else Draft(parts, [], [{"blocks": blocks}])


def _with_files(request: Request, text: str, footer: str) -> Draft:
    for name in ("blocks", "color", "images"):
        if getattr(request, name):
            raise RequestError(
                f"{_step(request)}: {name} cannot go with option file, Slack shows files with text",
                hint="post a message step of its own beside the file step",
            )
    lines = [text, *(f"*{name}*: {value}" for name, value in request.fields.items())]
    lines.append(footer)
    return Draft(tuple(split("\n".join(line for line in lines if line))))


def _sections(text: str) -> list[dict[str, Any]]:
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": part}}
        for part in split(text, MAX_SECTION_TEXT)
    ]


def _fallback(request: Request) -> str:
    """Text for notifications when the message has blocks only."""
    return ", ".join(request.fields) or f"a message of the step {request.rule or 'slack-wrapper'}"


def _step(request: Request) -> str:
    return f"step {request.rule}" if request.rule else "the post"
