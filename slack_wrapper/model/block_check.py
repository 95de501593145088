"""What Slack would refuse of the blocks of one message, by `block_types`.

`faults` is what client and sandbox share: the client refuses what is certain before anything is
sent, and warns of the rest; the sandbox refuses with the texts that Slack has for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from slack_wrapper.model import block_tables
from slack_wrapper.model.block_elements import ELEMENTS, UNTYPED
from slack_wrapper.model.block_rules import Fault, Place, Refusal, count, length
from slack_wrapper.model.block_types import (
    BLOCKS,
    MAX_BLOCKS,
    MAX_CHARTS,
    MAX_MARKDOWN,
    MAX_TABLES,
    MAX_TEXT_SUM,
    Kind,
)

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_ID_LENGTH = 255  # characters of block_id and action_id


def faults(blocks: Sequence[Any]) -> Iterator[Fault]:
    """Yield what Slack would refuse in the blocks of one message, from the top down."""
    yield from count(blocks, (), 0, MAX_BLOCKS, "blocks")
    for number, block in enumerate(blocks):
        yield from _block(block, (number,))
    whole = [block for block in blocks if isinstance(block, Mapping)]
    yield from _ids(whole)
    yield from _sums(whole)


def text_sum(blocks: Sequence[Any]) -> int:
    """Return the characters of all texts in blocks, but for the cells of tables."""
    return sum(map(_texts, blocks))


def _block(block: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(block, Mapping):
        yield Fault(
            place, "is not a block", "a block is a mapping with a type", "must be an object"
        )
        return
    name = block.get("type")
    kind = BLOCKS.get(name) if isinstance(name, str) else None
    at = (*place, "type")
    if name in _EMPTY or not isinstance(name, str):
        yield Fault(at, "is missing", "give the block its type", "missing required field: type")
    elif kind is None:
        yield _unknown(at, name, tuple(BLOCKS))
    elif kind.why_not:
        yield Fault(at, kind.why_not, kind.hint, f"unsupported type: {name}")
    else:
        yield from _part(block, place, name, kind)


def _unknown(place: Place, name: str, known: tuple[str, ...]) -> Fault:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "Slack may know it by now"
    told = f"is {name}, a type that this release does not know; it is sent as it is"
    return Fault(place, told, hint, f"unsupported type: {name}", certain=False)


def _object(part: Any, place: Place, kinds: Sequence[str]) -> Iterator[Fault]:
    """Check an object that is to be of one of these kinds; see `block_rules.Check`."""
    if not isinstance(part, Mapping):
        yield Fault(place, "is not a mapping", "check it", "must be an object")
        return
    name, at = part.get("type"), (*place, "type")
    if len(kinds) == 1 and kinds[0] in UNTYPED:
        if name is not None:
            told = f"is {name}, and such an object has no type"
            yield Fault(at, told, "leave the type out", "invalid additional property: type")
        yield from _part(part, place, kinds[0], ELEMENTS[kinds[0]])
    elif name in _EMPTY or not isinstance(name, str):
        if kinds:
            hint = f"it is one of: {', '.join(kinds)}"
            yield Fault(at, "is missing", hint, "missing required field: type")
    elif name in kinds or not kinds:
        kind = ELEMENTS.get(name) or BLOCKS.get(name)
        if kind is not None:
            yield from _part(part, place, name, kind)
    elif name in ELEMENTS or name in BLOCKS:
        told = f"is {name}, which cannot stand there"
        yield Fault(at, told, f"it is one of: {', '.join(kinds)}", f"unsupported type: {name}")
    else:
        yield _unknown(at, name, tuple(kinds))


def _part(part: Mapping[str, Any], place: Place, name: str, kind: Kind) -> Iterator[Fault]:
    for choice in kind.needs:
        if all(part.get(field) in _EMPTY for field in choice):
            told = f"has no {' and no '.join(choice)}"
            hint = f"give a {name} its {' or '.join(choice)}"
            either = " or ".join(f"`{field}`" for field in choice)
            missing = f"missing required field: {choice[0]}"
            yield Fault(place, told, hint, missing if len(choice) == 1 else f"must define {either}")
    for several in kind.one_of:
        found = [field for field in several if part.get(field) not in _EMPTY]
        if len(found) > 1:
            yield Fault(place, f"has {' and '.join(found)}", "give one of them")
    for field in ("block_id", "action_id"):
        if isinstance(part.get(field), str):
            yield from length(part[field], (*place, field), 0, _ID_LENGTH)
    for field, rule in kind.fields.items():
        # What is needed and empty was told above.
        if part.get(field) is not None and not _told(part[field], field, kind):
            yield from rule.faults(part[field], (*place, field), _object)
    if name in ("table", "data_table"):
        yield from block_tables.rows(part, place, name, _object)
    elif name == "actions":
        yield from _unique(part, place)
    elif name in ("area", "bar", "line"):
        yield from block_tables.series(part, place)


def _told(value: Any, field: str, kind: Kind) -> bool:
    return value in _EMPTY and any(field in choice for choice in kind.needs)


def _unique(part: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    """Yield elements with an action_id that another one has (knacklabs/gantry#458, seen live)."""
    seen = set()
    for number, one in enumerate(part.get("elements") or []):
        name = one.get("action_id") if isinstance(one, Mapping) else None
        if isinstance(name, str) and name in seen:
            at = (*place, "elements", number, "action_id")
            yield Fault(at, f"is {name}, as another one's is", "give each its own", "duplicate")
        seen.add(name if isinstance(name, str) else None)


def _ids(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield blocks with the block_id of another one: Slack refuses them.

    https://blog.kinto-technologies.com/posts/2024-12-04_slackcli_blockid
    """
    seen = set()
    for number, block in enumerate(blocks):
        name = block.get("block_id")
        if isinstance(name, str) and name in seen:
            told = f"is {name}, as another block's is"
            slack = f"`block_id` {name} already exists"
            yield Fault((number, "block_id"), told, "give each block its own, or none", slack)
        if isinstance(name, str) and name:
            seen.add(name)


def _sums(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield what is too much in all, of one message."""
    markdown = sum(
        len(str(one.get("text") or "")) for one in blocks if one.get("type") == "markdown"
    )
    if markdown > MAX_MARKDOWN:
        told = f"has {markdown} characters of markdown in all, Slack takes {MAX_MARKDOWN}"
        slack = f"markdown must be less than {MAX_MARKDOWN + 1} characters in all"
        yield Fault((), told, slack=slack)
    tables = list(block_tables.of_kind(blocks, "table"))
    if len(tables) > MAX_TABLES:
        told = f"has {len(tables)} tables, Slack takes {MAX_TABLES}"
        hint = "use a step for each table, or data_table"
        yield Fault((), told, hint, "only one table", code=Refusal.INVALID_ATTACHMENTS)
    charts = list(block_tables.of_kind(blocks, "data_visualization"))
    yield from count(charts, (), 0, MAX_CHARTS, "charts")
    yield from block_tables.sums(blocks)
    size = text_sum(blocks)
    if size > MAX_TEXT_SUM:
        told = f"has {size} characters in all, Slack takes {MAX_TEXT_SUM}"
        yield Fault((), told, slack="message too long", code=Refusal.TOO_LONG)


def _texts(part: Any) -> int:
    """Return the characters of the texts in a part of a block."""
    if isinstance(part, Mapping):
        return sum(
            len(value) if name == "text" and isinstance(value, str) else _texts(value)
            for name, value in part.items()
            if name != "rows"
        )
    return sum(map(_texts, part)) if isinstance(part, list | tuple) else 0
