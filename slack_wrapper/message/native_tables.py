"""A table as Slack draws it: `data_table`, sorted and paged by readers, or the older `table`.

Cells are `raw_text` and `raw_number`, in which nothing is markup: they make no link and mention
nobody. The limits are those of `model.block_types`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from slack_wrapper.common.foreign import one_line
from slack_wrapper.common.text import shorten
from slack_wrapper.message.tables import Table
from slack_wrapper.model.block_types import (
    MAX_COLUMNS,
    MAX_DATA_TABLE_CELLS,
    MAX_DATA_TABLE_ROWS,
    MAX_TABLE_CELLS,
    MAX_TABLE_ROWS,
)

DATA_TABLE, TABLE = "data_table", "table"
MAX_CELL = 300  # characters of a cell that are shown
PAGE = 10  # rows of a page; Slack's default is 5
_EMPTY = "–"  # a cell has one character at least
_MAX_CAPTION = 150

Block = dict[str, Any]


def drawn(table: Table, caption: str) -> tuple[Block, bool]:
    """Return a table as a block, and whether nothing in it was left out or cut.

    Args:
        table: the table; without rows it becomes the older block `table`.
        caption: what screen readers call it.
    """
    rows, whole = _rows(table)
    if len(rows) < 2:
        return _with_alignment(rows), whole
    caption = shorten(" ".join(one_line(caption).split()), _MAX_CAPTION, plain=True) or _EMPTY
    return {"type": DATA_TABLE, "caption": caption, "rows": rows, "page_size": PAGE}, whole


def as_table(block: Mapping[str, Any]) -> Block:
    """Return a `data_table` as the older block `table`, with as many rows as that takes."""
    rows = list(block["rows"])
    return _with_alignment(rows[: _rows_that_fit(rows, MAX_TABLE_ROWS, MAX_TABLE_CELLS)])


def number(cell: str) -> float | int | None:
    """Return the finite number that a cell holds, as `0.5`, `1,234` or `95 %`; None if it does not.

    A text such as `1e5` or `007` stays a number or a text as Python's `float` has it.
    """
    text = cell.strip().rstrip("%").strip().replace(",", "")
    if not text or "_" in text:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    if not math.isfinite(found):
        return None
    return int(found) if text.lstrip("+-").isdecimal() and abs(found) < 1 << 53 else found


def _rows(table: Table) -> tuple[list[list[Block]], bool]:
    """Return the cells of the rows and columns that fit, and whether nothing was left out."""
    columns, shown = min(len(table.header), MAX_COLUMNS), table.rows[: MAX_DATA_TABLE_ROWS - 1]
    numeric = [_is_numeric([row[column] for row in shown]) for column in range(columns)]
    rows = [[_text(name) for name in table.header[:columns]]]
    rows += [
        [_cell(cell, as_number) for cell, as_number in zip(row[:columns], numeric, strict=True)]
        for row in shown
    ]
    kept = _rows_that_fit(rows, MAX_DATA_TABLE_ROWS, MAX_DATA_TABLE_CELLS)
    cut = any(len(" ".join(cell.split())) > MAX_CELL for row in shown for cell in row)
    whole = kept == len(table.rows) + 1 and columns == len(table.header) and not cut
    return rows[:kept], whole


def _rows_that_fit(rows: Sequence[Sequence[Block]], most: int, room: int) -> int:
    for place, row in enumerate(rows[:most]):
        room -= sum(len(cell["text"]) for cell in row)
        if room < 0:
            return max(1, place)
    return min(len(rows), most)


def _is_numeric(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell.strip()]
    return bool(filled) and all(number(cell) is not None for cell in filled)


def _cell(cell: str, as_number: bool) -> Block:
    found = number(cell) if as_number else None
    if found is None:
        return _text(cell)
    return {"type": "raw_number", "value": found, "text": _said(cell)}


def _text(cell: str) -> Block:
    return {"type": "raw_text", "text": _said(cell)}


def _said(cell: str) -> str:
    return shorten(" ".join(one_line(cell).split()), MAX_CELL, plain=True) or _EMPTY


def _with_alignment(rows: list[list[Block]]) -> Block:
    """Return the block `table`, with columns of numbers to the right."""
    settings = [
        {"align": "right" if any(row[n]["type"] == "raw_number" for row in rows[1:]) else "left"}
        for n in range(len(rows[0]))
    ]
    return {"type": TABLE, "rows": rows, "column_settings": settings}
