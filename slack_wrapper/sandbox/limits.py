"""Slack's limits on messages. https://docs.slack.dev/reference/block-kit/blocks and …/methods"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_wrapper.sandbox.access import Refused

MAX_TEXT = 40_000  # chat.postMessage cuts above
MAX_UPDATE_TEXT = 4_000  # chat.update refuses above
MAX_BLOCKS = 50
MAX_ATTACHMENTS = 100
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_FIELDS = 10
MAX_FIELD = 2_000
MAX_MARKDOWN = 12_000
MAX_MESSAGE = 13_200
MAX_FILE_BYTES = 1 << 30
MAX_SHARED_FILES = 14  # in one message
MAX_ALT = 1_000  # characters of alt_txt
_KNOWN_BLOCKS = (
    "actions", "alert", "card", "carousel", "context", "context_actions", "divider", "file",
    "header", "image", "input", "markdown", "plan", "rich_text", "section", "table", "video",
)  # fmt: skip


def check_message(text: str, blocks: Any, attachments: Any) -> None:
    """Refuse what Slack refuses of a message."""
    if not text and not blocks and not attachments:
        raise Refused("no_text")
    if attachments and not (
        isinstance(attachments, list) and all(isinstance(one, dict) for one in attachments)
    ):
        raise Refused("invalid_attachments")
    if any(not _are_objects(one.get("fields") or []) for one in attachments or []):
        raise Refused("invalid_attachments")
    if attachments and len(attachments) > MAX_ATTACHMENTS:
        raise Refused("too_many_attachments")
    check_blocks(blocks)
    for attachment in attachments or []:
        check_blocks(attachment.get("blocks"))


def check_metadata(metadata: Any) -> None:
    """Refuse metadata without a type and a payload. https://docs.slack.dev/messaging/message-metadata"""
    if metadata in (None, ""):
        return
    if not (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")


def check_blocks(blocks: Any) -> None:
    """Refuse blocks over a limit, with the path of the one at fault as Slack gives it."""
    if blocks in (None, "", []):
        return
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    problems = [f"no more than {MAX_BLOCKS} items allowed"] if len(blocks) > MAX_BLOCKS else []
    for number, block in enumerate(blocks):
        problems.extend(f"{problem} [json-pointer:/blocks/{number}{place}]"
                        for place, problem in _problems(block))  # fmt: skip
    markdown = sum(
        len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown"
    )
    if markdown > MAX_MARKDOWN:
        problems.append(f"markdown must be less than {MAX_MARKDOWN + 1} characters in all")
    if problems:
        errors = [f"[ERROR] {problem}" for problem in problems]
        raise Refused("invalid_blocks", response_metadata={"messages": errors})
    if sum(len(str(block)) for block in blocks) > 2 * MAX_MESSAGE:
        raise Refused("msg_blocks_too_long")


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _misshapen(value: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Give what is not of the type that the page and Slack expect, at any depth."""
    text = value.get("text")
    words = text.get("text") if isinstance(text, dict) else text
    if not isinstance(words, str) and text is not None:
        yield f"{place}/text", "must be a string or a text object"
    for key in ("elements", "fields"):
        inner = value.get(key) or []
        if not _are_objects(inner):
            yield f"{place}/{key}", "must be a list of objects"
            continue
        for number, one in enumerate(inner):
            yield from _misshapen(one, f"{place}/{key}/{number}")


def _problems(block: dict[str, Any]) -> list[tuple[str, str]]:
    kind = block.get("type")
    if kind not in _KNOWN_BLOCKS:
        return [("/type", f"unsupported type: {kind}")]
    found = list(_misshapen(block, ""))
    text = block.get("text")
    if kind in ("header", "section") and isinstance(text, str):
        found.append(("/text", "must be an object"))
    if kind in ("header", "markdown") and not text:
        found.append(("", "missing required field: text"))
    if found:  # lengths are of no interest in what has no form
        return found
    words = text.get("text", "") if isinstance(text, dict) else ""
    limit = {"header": MAX_HEADER, "section": MAX_SECTION}.get(str(kind))
    if limit and len(words) > limit:
        found.append(("/text/text", f"must be less than {limit + 1} characters"))
    if kind in ("header", "section") and isinstance(text, dict) and not words:
        found.append(("/text/text", "must be more than 0 characters"))
    fields = block.get("fields") or []
    if len(fields) > MAX_FIELDS:
        found.append(("/fields", f"no more than {MAX_FIELDS} items allowed"))
    for number, entry in enumerate(fields):
        if len(entry.get("text", "")) > MAX_FIELD:
            found.append(
                (f"/fields/{number}/text", f"must be less than {MAX_FIELD + 1} characters")
            )
    if kind == "section" and not text and not fields:
        found.append(("", "missing required field: text"))
    return found
