"""Slack's limits on blocks, checked before anything is sent.

https://docs.slack.dev/reference/block-kit/blocks, …/block-elements and …/composition-objects. A
new limit is a new entry of a table; the walk below knows no kind of block by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MAX_BLOCKS = 50
MAX_SECTION_TEXT = 3000
MAX_SECTION_FIELDS = 10
MAX_FIELD_TEXT = 2000
MAX_HEADER_TEXT = 150
MAX_MARKDOWN = 12_000  # of all markdown blocks of a message together
MAX_TABLES = 1
# Measured: Slack refuses messages whose blocks are larger as a whole.
MAX_BLOCKS_JSON = 13_200

BLOCKS = (
    "actions", "alert", "card", "carousel", "container", "context", "context_actions",
    "data_table", "divider", "file", "header", "image", "input", "markdown", "plan", "rich_text",
    "section", "table", "task_card", "video",
)  # fmt: skip

# kind → field → characters; a field holds a text or a text object. `*` is every kind.
_CHARACTERS: dict[str, dict[str, int]] = {
    "*": {"block_id": 255, "action_id": 255, "placeholder": 150},
    "alert": {"text": 200},
    "button": {"text": 75, "url": 3000, "value": 2000, "accessibility_label": 75},
    "header": {"text": MAX_HEADER_TEXT},
    "image": {"alt_text": 2000, "image_url": 3000, "title": 2000},
    "input": {"label": 2000, "hint": 2000},
    "markdown": {"text": MAX_MARKDOWN},
    "mrkdwn": {"text": MAX_SECTION_TEXT},
    "plain_text": {"text": MAX_SECTION_TEXT},
    "section": {"text": MAX_SECTION_TEXT},
    "video": {"author_name": 50, "title": 200, "description": 200, "alt_text": 2000},
    "option": {"text": 75, "value": 150, "description": 75, "url": 3000},
    "option_group": {"label": 75},
    "confirm": {"title": 100, "text": 300, "confirm": 30, "deny": 30},
}  # fmt: skip
# kind → field → (fewest, most) entries
_ENTRIES: dict[str, dict[str, tuple[int, int]]] = {
    "actions": {"elements": (1, 25)},
    "carousel": {"elements": (1, 10)},
    "checkboxes": {"options": (1, 10)},
    "context": {"elements": (1, 10)},
    "context_actions": {"elements": (1, 5)},
    "multi_static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "overflow": {"options": (1, 5)},
    "radio_buttons": {"options": (1, 10)},
    "section": {"fields": (1, MAX_SECTION_FIELDS)},
    "static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "table": {"rows": (1, 100), "column_settings": (0, 20)},
    "table row": {"": (1, 20)},
}
# kind → groups of fields, one of each of which must be there
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "actions": (("elements",),),
    "button": (("text",),),
    "context": (("elements",),),
    "header": (("text",),),
    "image": (("alt_text",), ("image_url", "slack_file")),
    "input": (("label",), ("element",)),
    "markdown": (("text",),),
    "rich_text": (("elements",),),
    "section": (("text", "fields"),),
    "table": (("rows",),),
    "video": (("alt_text",), ("title",), ("thumbnail_url",), ("video_url",)),
}
# kind → field → kinds of the text object that must be in it
_TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "button": {"text": ("plain_text",)},
    "header": {"text": ("plain_text",)},
    "image": {"title": ("plain_text",)},
    "input": {"label": ("plain_text",), "hint": ("plain_text",)},
    "section": {"text": ("mrkdwn", "plain_text")},
}
# field → kind of what is in it and names none itself
_KIND_IN = {"options": "option", "option_groups": "option_group", "confirm": "confirm"}


@dataclass(frozen=True)
class Fault:
    """What Slack would refuse.

    Args:
        path: of the part at fault, such as `blocks[2].elements[0].text`.
        told: what is wrong with it, such as `has 3001 characters, Slack takes 3000`.
        hint: the remedy.
    """

    path: str
    told: str
    hint: str = "shorten it, or post it as a file"


def faults(blocks: Sequence[Mapping[str, Any]], path: str = "blocks") -> Iterator[Fault]:
    """Yield what Slack would refuse in the blocks of one message, from the top down."""
    if len(blocks) > MAX_BLOCKS:
        yield _over(path, len(blocks), MAX_BLOCKS, "blocks")
    for number, block in enumerate(blocks):
        place = f"{path}[{number}]"
        if block.get("type") not in BLOCKS:
            yield _unknown(f"{place}.type", str(block.get("type")))
            continue
        yield from _walk(block, place, str(block["type"]))
    yield from _whole(blocks, path)


def _whole(blocks: Sequence[Mapping[str, Any]], path: str) -> Iterator[Fault]:
    markdown = sum(len(str(one.get("text"))) for one in blocks if one.get("type") == "markdown")
    if markdown > MAX_MARKDOWN:
        yield _over(f"{path}, markdown in all,", markdown, MAX_MARKDOWN, "characters")
    tables = sum(one.get("type") == "table" for one in blocks)
    if tables > MAX_TABLES:
        yield _over(path, tables, MAX_TABLES, "tables")
    size = len(json.dumps(blocks, ensure_ascii=False))
    if size > MAX_BLOCKS_JSON:
        yield _over(path, size, MAX_BLOCKS_JSON, "characters in all")


def _walk(part: Any, path: str, kind: str, field: str = "") -> Iterator[Fault]:
    """Check a part and what is in it; `kind` is its type, or what its place makes it."""
    if isinstance(part, Mapping):
        yield from _part(part, path, kind)
        for name, inner in part.items():
            if isinstance(inner, (Mapping, list)):
                yield from _walk(inner, f"{path}.{name}", _kind(inner, name), str(name))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            place = f"{path}[{number}]"
            if field == "fields":
                yield from _characters(inner, place, MAX_FIELD_TEXT)
            if field == "rows" and isinstance(inner, list):
                yield from _entries(inner, place, *_ENTRIES["table row"][""])
            yield from _walk(inner, place, _kind(inner, field))


def _kind(part: Any, field: str) -> str:
    kind = part.get("type") if isinstance(part, Mapping) else None
    return str(kind or _KIND_IN.get(field, ""))


def _part(part: Mapping[str, Any], path: str, kind: str) -> Iterator[Fault]:
    for choice in _NEEDED.get(kind, ()):
        if not any(part.get(name) for name in choice):
            told = f"has no {' and no '.join(choice)}"
            yield Fault(path, told, f"give a {kind} its {' or '.join(choice)}")
    for name, kinds in _TEXTS.get(kind, {}).items():
        yield from _text_object(part.get(name), f"{path}.{name}", kinds)
    for name, most in {**_CHARACTERS["*"], **_CHARACTERS.get(kind, {})}.items():
        yield from _characters(part.get(name), f"{path}.{name}", most)
    for name, (fewest, most) in _ENTRIES.get(kind, {}).items():
        if isinstance(part.get(name), list):
            yield from _entries(part[name], f"{path}.{name}", fewest, most)


def _text_object(value: Any, path: str, kinds: tuple[str, ...]) -> Iterator[Fault]:
    if value is None or (
        isinstance(value, Mapping)
        and value.get("type") in kinds
        and isinstance(value.get("text"), str)
    ):
        return
    form = f"{{type: {kinds[0]}, text: …}}"
    yield Fault(path, f"is no text object of the type {' or '.join(kinds)}", f"write {form}")


def _characters(value: Any, path: str, most: int) -> Iterator[Fault]:
    text = value.get("text") if isinstance(value, Mapping) else value
    if isinstance(text, str) and len(text) > most:
        yield _over(path, len(text), most, "characters")


def _entries(value: list[Any], path: str, fewest: int, most: int) -> Iterator[Fault]:
    if len(value) > most:
        yield _over(path, len(value), most, path.rpartition(".")[2].partition("[")[0])
    elif len(value) < fewest:
        yield Fault(path, "is empty", "leave it out, or put something in")


def _over(path: str, found: int, most: int, unit: str) -> Fault:
    return Fault(path, f"has {found} {unit}, Slack takes {most}")


def _unknown(path: str, kind: str) -> Fault:
    near = get_close_matches(kind, BLOCKS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the types are: {', '.join(BLOCKS)}"
    return Fault(path, f"is {kind}, which Slack does not know", hint)
