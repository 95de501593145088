"""Tables in a message: aligned in a code block, or as a list; what does not fit is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_wrapper.common.foreign import escape, one_line
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import RequestError
from slack_wrapper.message import data_files

TABLE, LIST, TEXT = "table", "list", "text"
LAYOUTS = (TABLE, LIST, TEXT)  # Slack's own table, a line a row, a code block
MAX_CELL = 40  # characters of a cell that are shown
MAX_WIDTH = 100  # characters of a line; Slack's window breaks longer ones
ROOM = 2800  # characters of a table in a message: below Slack's 3,000 for a section
_FENCE = "```"


@dataclass(frozen=True)
class Table:
    """Rows under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Shown:
    """A table as it is said.

    Args:
        text: mrkdwn.
        whole: whether nothing was left out.
    """

    text: str
    whole: bool


def read(paths: Sequence[str], step: str = "the post") -> Table:
    """Return the table in some files, one below the other.

    Args:
        paths: TSV, CSV, or JSON or YAML with one mapping or a list of them.
        step: for errors.

    Raises:
        RequestError: one cannot be read, or has other columns than the first.
    """
    tables = [_of_file(path) for path in paths]
    first = tables[0]
    for path, table in zip(paths, tables, strict=True):
        if set(table.header) != set(first.header):
            raise RequestError(
                f"{step}: the table {path} has other columns than {paths[0]}",
                hint=f"that one has: {', '.join(first.header)}",
            )
    return Table(first.header, tuple(row for one in tables for row in _ordered(one, first.header)))


def of_mappings(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return rows that are mappings as a table; its columns are those of all rows."""
    header = tuple(dict.fromkeys(str(name) for row in rows for name in row))
    return Table(header, tuple(tuple(_cell(row.get(name)) for name in header) for row in rows))


def show(table: Table, layout: str = TABLE, room: int = ROOM) -> Shown:
    """Return a table as mrkdwn of at most `room` characters."""
    # No more lines than characters fit: the rest of a long table need not be looked at.
    first = Table(table.header, table.rows[: max(0, room)])
    beyond = len(table.rows) - len(first.rows)
    return (_as_list if layout == LIST else _aligned)(first, room, beyond)


def tsv(table: Table) -> str:
    """Return a table as tab-separated values."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows([table.header, *table.rows])
    return out.getvalue()


def _of_file(path: str) -> Table:
    if data_files.suffix(path) in (".json", ".yaml", ".yml"):
        found = data_files.read(path)
        rows = [found] if isinstance(found, Mapping) else found
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise RequestError(
                f"{path} holds no table", hint="a table is one mapping, or a list of mappings"
            )
        return of_mappings(rows)
    lines = data_files.cells(path)
    if not lines:
        raise RequestError(f"the table {path} is empty", hint="check the rule that makes it")
    header = tuple(lines[0])
    width = len(header)
    return Table(header, tuple(tuple((row + [""] * width)[:width]) for row in lines[1:]))


def _ordered(table: Table, header: tuple[str, ...]) -> list[tuple[str, ...]]:
    places = [table.header.index(name) for name in header]
    return [tuple(row[place] for place in places) for row in table.rows]


def _aligned(table: Table, room: int, beyond: int) -> Shown:
    lines = [[_short(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(_width(row[number]) for row in lines) for number in range(len(table.header))]
    columns = _columns_that_fit(widths)
    numeric = [_is_numeric([row[number] for row in lines[1:]]) for number in range(columns)]
    said = [
        escape(
            "  ".join(
                _padded(cell, width, right)
                for cell, width, right in zip(row, widths, numeric, strict=False)
            ).rstrip()
        )
        for row in lines
    ]
    more_columns = len(widths) - columns
    kept = _lines_that_fit(said, room - 80)
    block = "\n".join([_FENCE, *said[:kept], _FENCE])
    return _told(block, len(said) - kept + beyond, more_columns)


def _as_list(table: Table, room: int, beyond: int) -> Shown:
    said = []
    for name, *rest in table.rows:
        values = ", ".join(
            f"{escape(column)} {escape(_short(value))}"
            for column, value in zip(table.header[1:], rest, strict=True)
            if value
        )
        said.append(f"• *{escape(_short(name))}*" + (f": {values}" if values else ""))
    kept = _lines_that_fit(said, room - 80)
    return _told("\n".join(said[:kept]), len(said) - kept + beyond, 0)


def _told(text: str, rows: int, columns: int) -> Shown:
    """Add what was left out; nothing is left out in silence."""
    left = [f"{count} more {word}{'s' if count > 1 else ''}"
            for count, word in ((rows, "row"), (columns, "column")) if count]  # fmt: skip
    return Shown(f"{text}\n… {', '.join(left)}", False) if left else Shown(text, True)


def _columns_that_fit(widths: Sequence[int]) -> int:
    total, count = 0, 0
    for width in widths:
        total += width + 2
        if total - 2 > MAX_WIDTH and count >= 1:
            break
        count += 1
    return count


def _lines_that_fit(lines: Sequence[str], room: int) -> int:
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return number
    return len(lines)


def _short(cell: str) -> str:
    flat = " ".join(one_line(cell).split()).replace(_FENCE, "'''")
    return shorten(flat, MAX_CELL, plain=True)


def _padded(cell: str, width: int, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(text: str) -> int:
    """Return the columns that a text takes in a fixed-width font."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text
    )  # fmt: skip


def _is_numeric(column: Sequence[str]) -> bool:
    return any(column) and all(_is_number(cell) for cell in column if cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell.rstrip("%").replace(",", "") or "x")
    except ValueError:
        return False
    return True


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)
