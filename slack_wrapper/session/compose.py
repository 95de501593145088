"""A request → what Slack shows: text in parts that fit, blocks, colour, mentions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.session.request import FILE, Request
from slack_wrapper.texts import split

# https://docs.slack.dev/reference/block-kit/blocks
MAX_BLOCKS = 50
MAX_SECTION_TEXT = 3000
MAX_SECTION_FIELDS = 10
MAX_FIELD_TEXT = 2000
MAX_HEADER_TEXT = 150
# Measured: Slack refuses messages whose blocks are larger as a whole.
MAX_BLOCKS_JSON = 13_200

_COLOR = re.compile(r"good|warning|danger|#[0-9A-Fa-f]{6}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{7,}")
_USER_ID = re.compile(r"[UW][A-Z0-9]{7,}")
_EVERYBODY = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}


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


def compose(request: Request, user_id: Callable[[str], str]) -> Draft:
    """Return the draft of a message, or of the text that accompanies files.

    Args:
        request: what is to be said.
        user_id: e-mail address → user ID, for mentions.

    Raises:
        RequestError: something is over a limit of Slack's that cannot be split.
    """
    text = request.comment if request.option == FILE else request.message
    text = " ".join([*(mention(name, user_id) for name in request.mention), text]).strip()
    if request.option == FILE:
        return _with_files(request, text)
    blocks = [*request.blocks, *field_blocks(request)]
    check_blocks(blocks, request)
    if not request.color:
        return _plain(text, blocks, request)
    if not _COLOR.fullmatch(request.color):
        raise RequestError(
            f"{_step(request)}: color is {request.color}",
            hint="use good, warning, danger or a form like #36a64f",
        )
    parts = tuple(split(text))
    body = [*(_section(part) for part in split(text, MAX_SECTION_TEXT)), *blocks]
    fallback = parts[0] if parts else _fallback(request)
    if len(parts) > 1:  # too long for a coloured bar: the text as text, the rest in colour
        return Draft(parts, [], [{"color": request.color, "blocks": blocks}] if blocks else [])
    return Draft(("",), [], [{"color": request.color, "blocks": body, "fallback": fallback}])


def mention(name: str, user_id: Callable[[str], str]) -> str:
    """Return the mrkdwn of a mention: `here`, `channel`, an ID, or an e-mail address.

    Raises:
        RequestError: it is none of these.
        SlackRefused: nobody has that e-mail address.
    """
    bare = name.strip().removeprefix("@").removeprefix("!")
    if bare in _EVERYBODY:
        return _EVERYBODY[bare]
    if _GROUP_ID.fullmatch(bare):
        return f"<!subteam^{bare}>"
    if _USER_ID.fullmatch(bare):
        return f"<@{bare}>"
    if "@" in bare:
        return f"<@{user_id(bare)}>"
    raise RequestError(
        f"mention {name} is not understood",
        hint="use here, channel, a user ID (U…), a group ID (S…) or an e-mail address",
    )


def field_blocks(request: Request) -> list[dict[str, Any]]:
    """Return `fields` as sections of two columns, ten fields each."""
    entries = [
        {"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in request.fields.items()
    ]
    return [
        {"type": "section", "fields": entries[start : start + MAX_SECTION_FIELDS]}
        for start in range(0, len(entries), MAX_SECTION_FIELDS)
    ]


def check_blocks(blocks: list[dict[str, Any]], request: Request) -> None:
    """Refuse blocks over Slack's limits, with the path of the one at fault.

    Raises:
        RequestError: nothing was sent.
    """
    if len(blocks) > MAX_BLOCKS:
        raise _over(request, "blocks", len(blocks), MAX_BLOCKS, "blocks")
    for number, block in enumerate(blocks):
        place = f"blocks[{number}]"
        text = (
            (block.get("text") or {}).get("text", "") if isinstance(block.get("text"), dict) else ""
        )
        limit = MAX_HEADER_TEXT if block.get("type") == "header" else MAX_SECTION_TEXT
        if len(text) > limit:
            raise _over(request, f"{place}.text", len(text), limit, "characters")
        entries = block.get("fields") or []
        if len(entries) > MAX_SECTION_FIELDS:
            raise _over(request, f"{place}.fields", len(entries), MAX_SECTION_FIELDS, "fields")
        for index, entry in enumerate(entries):
            if len(entry.get("text", "")) > MAX_FIELD_TEXT:
                where = f"{place}.fields[{index}].text"
                raise _over(request, where, len(entry["text"]), MAX_FIELD_TEXT, "characters")
    size = len(json.dumps(blocks, ensure_ascii=False))
    if size > MAX_BLOCKS_JSON:
        raise _over(request, "blocks", size, MAX_BLOCKS_JSON, "characters in all")


def _plain(text: str, blocks: list[dict[str, Any]], request: Request) -> Draft:
    parts = tuple(split(text)) or (_fallback(request),)
    if not blocks:
        return Draft(parts)
    if len(parts) > 1 or not text:  # the whole text first, the blocks where they fit
        shown = blocks if not text else []
        later = [] if not text else [{"blocks": blocks}]
        return Draft(parts, shown, later)
    sections = [_section(part) for part in split(text, MAX_SECTION_TEXT)]
    return Draft(parts, [*sections, *blocks])


def _with_files(request: Request, text: str) -> Draft:
    for name in ("blocks", "color"):
        if getattr(request, name):
            raise RequestError(
                f"{_step(request)}: {name} cannot go with option file, Slack shows files with text",
                hint="post a message step of its own beside the file step",
            )
    lines = [text, *(f"*{name}*: {value}" for name, value in request.fields.items())]
    return Draft(tuple(split("\n".join(line for line in lines if line))))


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _fallback(request: Request) -> str:
    """Text for notifications when the message has blocks only."""
    return ", ".join(request.fields) or f"a message of the step {request.rule or 'slack-wrapper'}"


def _over(request: Request, what: str, found: int, limit: int, unit: str) -> RequestError:
    return RequestError(
        f"{_step(request)}: {what} has {found} {unit}, Slack takes {limit}",
        hint="shorten it, or post it as a file",
    )


def _step(request: Request) -> str:
    return f"step {request.rule}" if request.rule else "the post"
