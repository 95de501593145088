"""Slack's limits on messages. https://docs.slack.dev/reference/block-kit/blocks and …/methods"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.model import block_check
from slack_wrapper.model.block_rules import Refusal
from slack_wrapper.sandbox.access import Refused

MAX_TEXT = 40_000  # chat.postMessage cuts above
MAX_UPDATE_TEXT = 4_000  # chat.update refuses above
MAX_MARKDOWN_TEXT = 12_000  # characters of markdown_text
MAX_ATTACHMENTS = 100
MAX_CHANNELS = 100  # that one completeUploadExternal shares in
MAX_FILE_BYTES = 1 << 30
MAX_SHARED_FILES = 14  # in one message
MAX_ALT = 1_000  # characters of alt_txt


def check_message(
    text: str, blocks: Any, attachments: Any, workspace: Mapping[str, Any] | None = None
) -> None:
    """Refuse what Slack refuses of a message; see `check_blocks`."""
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
    check_blocks(blocks, workspace)
    for attachment in attachments or []:
        check_blocks(attachment.get("blocks"), workspace)


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


def check_blocks(blocks: Any, workspace: Mapping[str, Any] | None = None) -> None:
    """Refuse the blocks of one message that Slack refuses, with the path of the one at fault.

    What this release does not know is refused too, as Slack refuses what it does not know.

    Args:
        blocks: of the message.
        workspace: the store's data: `files` that there are, and `refused_blocks`, types that this
            workspace does not have yet.
    """
    workspace = workspace or {}
    if blocks in (None, "", []):
        return
    if not _are_objects(blocks):
        raise Refused("invalid_blocks_format")
    found = list(block_check.faults(blocks))
    told = [
        f"unsupported type: {block.get('type')} [json-pointer:/blocks/{number}/type]"
        for number, block in enumerate(blocks)
        if block.get("type") in (workspace.get("refused_blocks") or ())
    ]
    code = found[0].code if found and not told else Refusal.INVALID
    told += [f"{one.slack} [json-pointer:/blocks{one.pointer}]" for one in found]
    told += [
        f"invalid slack file [json-pointer:/blocks{place}]"
        for place, identifier in _slack_files(blocks)
        if identifier not in (workspace.get("files") or ())
    ]
    if told:
        messages = [f"[ERROR] {one}" for one in told]
        raise Refused(code, errors=told, response_metadata={"messages": messages})


def _slack_files(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield place and ID of each file that blocks show (slackapi/bolt-python#1251)."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from _slack_files(one, f"{place}/{number}")
    elif isinstance(part, dict):
        for name, one in part.items():
            if name == "slack_file" and isinstance(one, dict) and isinstance(one.get("id"), str):
                yield f"{place}/slack_file", one["id"]
            else:
                yield from _slack_files(one, f"{place}/{name}")


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
