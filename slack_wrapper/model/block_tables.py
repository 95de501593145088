"""What tables and charts have beyond single fields: rows of one length, sums, labels that agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_wrapper.model.block_rules import Check, Fault, Place, count
from slack_wrapper.model.block_types import (
    DATA_TABLE_CELLS,
    MAX_COLUMNS,
    MAX_DATA_TABLE_CELLS,
    MAX_DATA_TABLE_ROWS,
    MAX_TABLE_CELLS,
    MAX_TABLE_ROWS,
    TABLE_CELLS,
)

TABLE, DATA_TABLE = "table", "data_table"
_ROWS = {TABLE: (1, MAX_TABLE_ROWS), DATA_TABLE: (2, MAX_DATA_TABLE_ROWS)}
_CELLS = {TABLE: TABLE_CELLS, DATA_TABLE: DATA_TABLE_CELLS}
_MOST = {TABLE: MAX_TABLE_CELLS, DATA_TABLE: MAX_DATA_TABLE_CELLS}
_EVEN = "give each row as many cells; an empty one is {type: raw_text, text: –}"


def rows(part: Mapping[str, Any], place: Place, kind: str, check: Check) -> Iterator[Fault]:
    """Yield what Slack would refuse of the rows of a table."""
    found, at = part.get("rows"), (*place, "rows")
    if not found:
        return  # which was told as missing
    if not isinstance(found, list | tuple) or not all(
        isinstance(one, list | tuple) for one in found
    ):
        yield Fault(at, "is not a list of lists", "a row is a list of cells", "must be an array")
        return
    yield from count(found, at, *_ROWS[kind], "rows")
    width = len(found[0])
    for number, row in enumerate(found):
        here = (*at, number)
        yield from count(row, here, 1, MAX_COLUMNS, "columns")
        if len(row) != width:
            told = f"has {len(row)} columns, the first row {width}"
            yield Fault(here, told, _EVEN, "rows must have the same number of cells")
        header = kind == DATA_TABLE and number == 0
        for column, cell in enumerate(row):
            yield from _cell(cell, (*here, column), kind, header, check)


def _cell(cell: Any, place: Place, kind: str, header: bool, check: Check) -> Iterator[Fault]:
    if header and isinstance(cell, Mapping) and cell.get("type") == "rich_text":
        hint = "write {type: raw_text, text: …}"
        yield Fault(place, "is rich_text in the header", hint, "unsupported type: rich_text")
        return
    yield from check(cell, place, _CELLS[kind])


def sums(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield a fault when the tables of a message hold too many characters in all."""
    for kind, most in _MOST.items():
        found = sum(cell_characters(one) for one in of_kind(blocks, kind))
        if found > most:
            told = f"has {found} characters in the cells of its tables, Slack takes {most}"
            slack = f"cells must be less than {most + 1} characters in all"
            yield Fault((), told, "post the table as a file, or fewer of its rows", slack)


def of_kind(blocks: Sequence[Any], kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the blocks of a kind, also those in containers."""
    for block in blocks:
        if isinstance(block, Mapping):
            if block.get("type") == kind:
                yield block
            children = block.get("child_blocks")
            if isinstance(children, list | tuple):
                yield from of_kind(children, kind)


def cell_characters(table: Mapping[str, Any]) -> int:
    """Return the characters in all cells of a table."""
    return _characters(table.get("rows"))


def _characters(part: Any) -> int:
    if isinstance(part, Mapping):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + _characters(part.get("elements"))
    return sum(map(_characters, part)) if isinstance(part, list | tuple) else 0


def series(chart: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    """Yield what Slack would refuse of series and categories that do not agree."""
    found = [one for one in _list(chart.get("series")) if isinstance(one, Mapping)]
    names = [one.get("name") for one in found]
    if len(set(map(str, names))) < len(names):
        yield Fault((*place, "series"), "has two of one name", "give each its own", "not unique")
    axis = chart.get("axis_config")
    categories = _list(axis.get("categories")) if isinstance(axis, Mapping) else []
    if len(set(map(str, categories))) < len(categories):
        at = (*place, "axis_config", "categories")
        yield Fault(at, "has one twice", "give each its own", "not unique")
    for number, one in enumerate(found):
        labels = [
            point.get("label") for point in _list(one.get("data")) if isinstance(point, Mapping)
        ]
        if categories and labels != categories:
            told = "has other labels than axis_config.categories"
            hint = "give one point for each category, in their order"
            yield Fault((*place, "series", number, "data"), told, hint, "must match the categories")


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
