"""What Slack draws itself of a step, tables and charts, and the text that stands for each of them.

A request carries both: `message` is the whole in text, `native` the same in parts. So a workspace,
a webhook or a server that refuses a kind of block gets the text at once, from the outbox too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_wrapper.common import decoding
from slack_wrapper.common.text_parts import split
from slack_wrapper.errors import RequestError
from slack_wrapper.message.block_limits import MAX_SECTION_TEXT
from slack_wrapper.message.native_tables import DATA_TABLE, TABLE, as_table

Block = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One table or chart.

    Args:
        block: in Slack's newest form.
        text: mrkdwn that stands for it.
        rows: of a table that the block does not show.
        columns: the same.
        left: what a chart does not show; empty for nothing.
        whole: whether the block shows all there is.
    """

    block: Block
    text: str
    rows: int = 0
    columns: int = 0
    left: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Forms:
    """What is shown of a request's tables and charts.

    Args:
        blocks: in their order.
        kinds: types of those that Slack may refuse.
        whole: whether the blocks show all there is.
    """

    blocks: list[Block]
    kinds: tuple[str, ...] = ()
    whole: bool = True


def native(text: str, parts: Iterable[Part]) -> dict[str, Any]:
    """Return what a request carries, plain data for JSON.

    Args:
        text: mrkdwn that stands before the parts.
        parts: the tables and charts.
    """
    found = [vars(part) for part in parts]
    return {"text": text, "parts": found} if found else {}


def forms(carried: Mapping[str, Any], avoid: Collection[str] = ()) -> Forms:
    """Return the blocks of what a request carries.

    Args:
        carried: see `native`.
        avoid: types of blocks that are refused; for a data table the older table is tried.
    """
    blocks: list[Block] = []
    kinds: dict[str, None] = {}
    whole = True
    for carried_part in parts(carried):
        part = _in_form(carried_part, avoid)
        if part is None:
            blocks += sections(carried_part.text)
            continue
        blocks.append(part.block)
        kinds[part.block["type"]] = None
        whole = whole and part.whole
        left = told(part)
        if left:
            blocks.append(_note(f"… {left}"))
    return Forms(blocks, tuple(kinds), whole)


def parts(carried: Mapping[str, Any]) -> list[Part]:
    """Return the parts of what a request carries, also of one that was written down.

    Raises:
        RequestError: they are of another form.
    """
    found = carried.get("parts")
    if not isinstance(found, Sequence):
        return []
    try:
        return [decoding.record(Part, one, "native") for one in found]
    except ValueError as error:
        raise RequestError(
            f"what was written down is not a table or chart: {error}",
            hint="run the step again, with one release of snakemake-slack-wrapper",
        ) from None


def charts(carried: Mapping[str, Any]) -> list[Block]:
    """Return the charts, which are content that the text does not tell."""
    return [part.block for part in parts(carried) if not _is_table(part.block)]


def summary(carried: Mapping[str, Any]) -> str:
    """Return what a notification says of tables and charts without a text."""
    names = [str(part.block.get("caption") or part.block.get("title") or "a table")
             for part in parts(carried)]  # fmt: skip
    return ", ".join(names)


def sections(text: str) -> list[Block]:
    """Return a text as sections."""
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": part}}
        for part in split(text, MAX_SECTION_TEXT)
    ]


def told(part: Part) -> str:
    """Return what a part does not show: `12 more rows, 1 more column`; empty for nothing."""
    counts = ((part.rows, "row"), (part.columns, "column"))
    found = [f"{n} more {word}{'s' if n > 1 else ''}" for n, word in counts if n > 0]
    return ", ".join([*found, *filter(None, [part.left])])


def _in_form(part: Part, avoid: Collection[str]) -> Part | None:
    """Return a part in a form that is not to be avoided; None when there is none."""
    kind = part.block.get("type")
    if kind not in avoid:
        return part
    if kind != DATA_TABLE or TABLE in avoid:
        return None
    block = as_table(part.block)
    fewer = len(part.block["rows"]) - len(block["rows"])
    return replace(part, block=block, rows=part.rows + fewer, whole=part.whole and not fewer)


def _is_table(block: Mapping[str, Any]) -> bool:
    return block.get("type") in (DATA_TABLE, TABLE)


def _note(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
