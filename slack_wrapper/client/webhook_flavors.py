"""How servers with Slack-compatible incoming webhooks want a message; one function a server.

Slack's blocks are known to Slack and Zulip only; for the others they become texts and legacy
attachments. What each server accepts is written down in tests/webhooks/servers/, with its source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

Payload = dict[str, Any]

# The colours that Slack has names for; others want them in figures.
_COLORS = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
# Zulip refuses a message with a block of another kind.
_ZULIP_BLOCKS = ("context", "divider", "header", "section")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
_LINK = re.compile(r"<((?:https?|mailto):[^|>\s]+)(?:\|([^>]+))?>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])")
_EVERYBODY = re.compile(r"<!(here|channel|everyone)>")
_SAID = re.compile(rf"{_LINK.pattern}|{_EVERYBODY.pattern}")
_GAP = "\u200b"  # takes no room, and keeps two characters from being markup
# What these servers take for mentions, links and pictures, and Slack does not.
_AT = re.compile(r"(?<![\w.+-])@(?=[\w*])")
_OPENS = re.compile(r"<(?=[!@#/]|[A-Za-z][\w+.-]{1,20}:)")
_LABEL = re.compile(r"\](?=[(\[:])")


def slack(message: Mapping[str, Any]) -> Payload:
    """Return what a webhook of Slack's takes."""
    return _some(message, "text", "blocks", "attachments", "thread_ts")


def mattermost(message: Mapping[str, Any]) -> Payload:
    """Return what Mattermost takes: Markdown, and legacy attachments without blocks."""
    return _legacy(message, markdown)


def rocketchat(message: Mapping[str, Any]) -> Payload:
    """Return what Rocket.Chat takes: its own markup is Slack's but for links and entities."""
    return _legacy(message, _plain)


def zulip(message: Mapping[str, Any]) -> Payload:
    """Return what Zulip's Slack-compatible webhook takes.

    It shows the text only when there are no blocks and no attachments, knows few kinds of blocks,
    and turns Slack's markup into its own.
    """
    blocks = [_for_zulip(block) for block in message.get("blocks") or []]
    attachments = [
        {**_some(one, "text"), "blocks": [_for_zulip(block) for block in one.get("blocks") or []]}
        for one in message.get("attachments") or []
    ]
    text = str(message.get("text") or "")
    if text and attachments and not blocks:
        blocks = [_section(text)]
    given = {"text": text, "blocks": blocks, "attachments": attachments}
    return _some({name: _for_zulips_eyes(part) for name, part in given.items()}, *_PARTS)


def _for_zulips_eyes(part: Any) -> Any:
    """Return texts at any depth in which Zulip finds no mention or link that Slack does not."""
    if isinstance(part, str):
        return _LABEL.sub(f"]{_GAP}", re.sub(r"([@#])(?=_?\*\*)", rf"\1{_GAP}", part))
    if isinstance(part, list):
        return [_for_zulips_eyes(one) for one in part]
    if isinstance(part, Mapping):
        texts = ("text", "blocks", "elements", "fields", "rows", "attachments")
        return {name: _for_zulips_eyes(one) if name in texts else one for name, one in part.items()}
    return part


_PARTS = ("text", "blocks", "attachments")
FLAVORS: Mapping[str, Callable[[Mapping[str, Any]], Payload]] = {
    "slack": slack,
    "mattermost": mattermost,
    "rocketchat": rocketchat,
    "zulip": zulip,
}


def markdown(text: str) -> str:
    """Return Slack's mrkdwn as Markdown; code is left as it is."""

    def marked(part: str) -> str:
        part = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", part))
        return _plain_part(part)

    return _outside_code(text, marked)


def _plain(text: str) -> str:
    return _outside_code(text, _plain_part)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts = _CODE.split(text)
    return "".join(_code(part) if n % 2 else change(part) for n, part in enumerate(parts))


def _code(text: str) -> str:
    """Return code; these servers look for mentions before they look for code."""
    return _OPENS.sub(f"<{_GAP}", _AT.sub(f"@{_GAP}", unescape(text)))


def _plain_part(text: str) -> str:
    """Return links and mentions in Markdown; all else shows as it does in Slack, and is no more."""
    parts, at = [], 0
    for found in _SAID.finditer(text):
        parts += [_literal(text[at : found.start()]), _marked(found[0])]
        at = found.end()
    return "".join([*parts, _literal(text[at:])])


def _marked(text: str) -> str:
    everybody = _EVERYBODY.fullmatch(text)
    if everybody:  # both servers call everybody in a channel `all`
        return "@here" if everybody[1] == "here" else "@all"
    link = _LINK.fullmatch(text)
    assert link is not None
    address = unescape(link[1])
    if not link[2]:
        return address
    label = re.sub(r"([\[\]])", r"\\\1", _literal(link[2]))
    return f"[{label}]({address.replace('(', '%28').replace(')', '%29')})"


def _literal(text: str) -> str:
    """Return a text without entities in which nothing becomes a mention, link or picture."""
    text = _AT.sub(f"@{_GAP}", unescape(text))
    return _LABEL.sub(f"]{_GAP}", _OPENS.sub(f"<{_GAP}", text))


def _legacy(message: Mapping[str, Any], convert: Callable[[str], str]) -> Payload:
    """Return text and attachments, in which blocks have become texts, fields and pictures."""
    blocks = message.get("blocks") or []
    # With blocks the text is for notifications only and would be said twice.
    text = convert("\n\n".join(_texts(blocks)) or str(message.get("text") or ""))
    attachments = [_attachment({"blocks": blocks}, convert, words=False)] if blocks else []
    attachments += [_attachment(one, convert) for one in message.get("attachments") or []]
    return _some({"text": text, "attachments": [one for one in attachments if one]}, *_PARTS)


def _attachment(
    given: Mapping[str, Any], convert: Callable[[str], str], *, words: bool = True
) -> Payload:
    blocks = given.get("blocks") or []
    text = "\n\n".join([*([str(given["text"])] if given.get("text") else []), *_texts(blocks)])
    found: Payload = {
        "text": convert(text) if words else "",
        "fields": [
            _field(entry, convert) for block in blocks for entry in block.get("fields") or []
        ],
        "image_url": next((block["image_url"] for block in blocks if block.get("image_url")), ""),
    }
    found = {name: value for name, value in found.items() if value}
    if not found:
        return {}
    color = str(given.get("color") or "")
    whole = found.get("text") or ", ".join(entry["title"] for entry in found.get("fields", []))
    fallback = convert(str(given.get("fallback") or "")) or whole or "a message"
    return {
        "fallback": fallback,
        **({"color": _COLORS.get(color, color)} if color else {}),
        **found,
    }


def _field(entry: Mapping[str, Any], convert: Callable[[str], str]) -> Payload:
    """Return a field of a section, `*name*` and its value below, as a legacy field."""
    title, _, value = str(entry.get("text") or "").partition("\n")
    # Rocket.Chat refuses a message with a field that lacks one of the two.
    return {
        "title": convert(title.strip("*")) or "–",
        "value": convert(value) or "–",
        "short": True,
    }


def _texts(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    return [text for text in map(_text, blocks) if text]


def _text(block: Mapping[str, Any]) -> str:
    """Return what a block says, in mrkdwn; fields and pictures have places of their own."""
    kind = block.get("type")
    if kind == "divider":
        return "---"
    if kind == "header":
        return f"*{_words(block.get('text'))}*"
    if kind == "context":
        return " · ".join(filter(None, map(_words, block.get("elements") or [])))
    if kind == "table":
        rows = [" | ".join(_words(cell) for cell in row) for row in block.get("rows") or []]
        return "```\n" + "\n".join(rows) + "\n```"
    if kind == "image":
        return ""
    inner = {name: value for name, value in block.items() if name != "fields"}
    return _words(inner)


def _words(part: Any) -> str:
    """Return all texts in a part of a block, at any depth."""
    return "".join(_each_text(part))


def _each_text(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for name in ("text", "elements"):
            yield from _each_text(part.get(name))
    elif isinstance(part, Sequence):
        for one in part:
            yield from _each_text(one)


def _for_zulip(block: Mapping[str, Any]) -> Payload:
    if block.get("type") in _ZULIP_BLOCKS or (
        block.get("type") == "image" and block.get("image_url")
    ):
        return dict(block)
    return _section(_text(block) or str(block.get("alt_text") or "…"))


def _section(text: str) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _some(given: Mapping[str, Any], *names: str) -> Payload:
    return {name: given[name] for name in names if given.get(name)}
