"""A table as the chart that Slack draws.

The block is `data_visualization`; its limits are those of `model.block_types`. What does not fit is
reduced as docs/tables.md says, and told; what is not data is an error before anything is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_wrapper.common.foreign import one_line
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import RequestError
from slack_wrapper.message.chart_terms import ChartType, Terms
from slack_wrapper.message.native_tables import number
from slack_wrapper.message.tables import Table
from slack_wrapper.model.block_types import (
    MAX_AXIS_LABEL,
    MAX_CATEGORIES,
    MAX_CHART_LABEL,
    MAX_CHART_TITLE,
    MAX_SEGMENTS,
    MAX_SERIES,
)

VISUALIZATION = "data_visualization"
OTHERS = "others"
_EMPTY = "–"

Number = float | int


@dataclass(frozen=True)
class Drawn:
    """A chart as it is said.

    Args:
        block: `data_visualization`.
        data: the table that it shows, for those to whom Slack shows no chart.
        left: what it does not show; empty for nothing.
    """

    block: dict[str, Any]
    data: Table
    left: str = ""


def draw(asked: Terms, table: Table, source: str, step: str) -> Drawn:
    """Return a chart of a table.

    Args:
        asked: what is asked for.
        table: the data.
        source: the file's name, for errors.
        step: for errors.

    Raises:
        RequestError: the table does not have what is asked for.
    """
    where = f"{step}: {source}"
    if not table.rows:
        raise RequestError(f"{where} has no rows to draw", hint="check the rule that makes it")
    data = _by_group(asked, table, where) if asked.by else _by_column(asked, table, where)
    make = _pie if asked.type == ChartType.PIE else _axes
    chart, left = make(asked, data, where)
    title = asked.title or f"{', '.join(asked.y)} by {asked.x}"
    block = {"type": VISUALIZATION, "title": _short(title, MAX_CHART_TITLE), "chart": chart}
    shown = [(label, *map(_plain, row)) for label, row in zip(data.labels, data.rows, strict=True)]
    return Drawn(block, Table((asked.x, *data.names), tuple(shown)), left)


@dataclass(frozen=True)
class _Data:
    """Values by category and series.

    Args:
        names: of the series.
        labels: of the categories.
        rows: of each category the values, in the order of `names`.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]


def _by_column(asked: Terms, table: Table, where: str) -> _Data:
    """Return the data of a table in wide form: a column a series."""
    x, columns = _column(table, asked.x, where), [_column(table, y, where) for y in asked.y]
    labels = tuple(row[x] for row in table.rows)
    for label, count in Counter(labels).items():
        if count > 1:
            raise RequestError(
                f"{where}: {asked.x} has {one_line(label)} {count} times",
                hint="draw a table with one row for each, or name the column that tells them "
                "apart: chart: {by: COLUMN, …}",
            )
    rows = [
        tuple(_value(row[n], name, line, where) for n, name in zip(columns, asked.y, strict=True))
        for line, row in enumerate(table.rows, 1)
    ]
    return _Data(asked.y, labels, tuple(rows))


def _by_group(asked: Terms, table: Table, where: str) -> _Data:
    """Return the data of a table in long form: the values of a column name the series."""
    x, y, by = (_column(table, name, where) for name in (asked.x, asked.y[0], asked.by))
    found: dict[tuple[str, str], Number] = {}
    for line, row in enumerate(table.rows, 1):
        place = (row[x], row[by])
        if place in found:
            raise RequestError(
                f"{where}: two rows have {asked.x} {one_line(row[x])} and {asked.by} "
                f"{one_line(row[by])}",
                hint="draw a table with one row for each",
            )
        found[place] = _value(row[y], asked.y[0], line, where)
    labels, names = (tuple(dict.fromkeys(place[n] for place in found)) for n in (0, 1))
    for label in labels:
        for name in names:
            if (label, name) not in found:
                raise RequestError(
                    f"{where}: no row has {asked.x} {one_line(label)} and {asked.by} "
                    f"{one_line(name)}",
                    hint="each series needs a value for each category",
                )
    rows = tuple(tuple(found[label, name] for name in names) for label in labels)
    return _Data(names, labels, rows)


def _pie(asked: Terms, data: _Data, where: str) -> tuple[dict[str, Any], str]:
    """Return a pie and what it does not show: the smallest segments become one."""
    values = [row[0] for row in data.rows]
    if min(values) < 0 or max(values) <= 0:
        raise RequestError(
            f"{where}: a pie of {asked.y[0]} has negative values, or none above 0",
            hint="draw a bar chart",
        )
    shown = [(label, value) for label, value in zip(data.labels, values, strict=True) if value > 0]
    left = [_counted(len(values) - len(shown), "value of 0", "values of 0")]
    if len(shown) > MAX_SEGMENTS:
        kept = sorted(shown, key=lambda one: -one[1])[: MAX_SEGMENTS - 1]
        rest = [one for one in shown if one not in kept]
        shown = [one for one in shown if one in kept]
        shown.append((OTHERS, sum(value for _, value in rest)))
        left.append(f"{OTHERS}: the {len(rest)} smallest")
    labels = _labels([label for label, _ in shown])
    segments = [
        {"label": label, "value": value} for label, (_, value) in zip(labels, shown, strict=True)
    ]
    return {"type": str(asked.type), "segments": segments}, ", ".join(filter(None, left))


def _axes(asked: Terms, data: _Data, where: str) -> tuple[dict[str, Any], str]:
    """Return a chart with axes and what it does not show."""
    even = asked.type in (ChartType.LINE, ChartType.AREA)
    kept = _evenly(len(data.labels)) if even else range(min(len(data.labels), MAX_CATEGORIES))
    categories = _labels([data.labels[n] for n in kept])
    names = _labels(data.names[:MAX_SERIES])
    series = [
        {
            "name": name,
            "data": [
                {"label": label, "value": data.rows[n][column]}
                for label, n in zip(categories, kept, strict=True)
            ],
        }
        for column, name in enumerate(names)
    ]
    axis = {
        "categories": categories,
        "x_label": _short(asked.x, MAX_AXIS_LABEL),
        "y_label": _short(", ".join(asked.y), MAX_AXIS_LABEL),
    }
    left = [
        _counted(len(data.labels) - len(kept), "more point", "more points"),
        _counted(len(data.names) - len(names), "more series", "more series"),
    ]
    chart = {"type": str(asked.type), "series": series, "axis_config": axis}
    return chart, ", ".join(filter(None, left))


def _evenly(count: int) -> list[int]:
    """Return the places of so many points as a chart takes, evenly, with the first and the last."""
    if count <= MAX_CATEGORIES:
        return list(range(count))
    last = MAX_CATEGORIES - 1
    return [round(n * (count - 1) / last) for n in range(MAX_CATEGORIES)]


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def _column(table: Table, name: str, where: str) -> int:
    if table.header.count(name) == 1:
        return table.header.index(name)
    names = ", ".join(one_line(one) for one in table.header)
    many = "several columns" if name in table.header else "no column"
    raise RequestError(f"{where} has {many} {name}", hint=f"its columns are: {names}")


def _value(cell: str, name: str, line: int, where: str) -> Number:
    found = number(cell)
    if found is not None:
        return found
    told = f"is {one_line(cell.strip())}, which is not a number" if cell.strip() else "is empty"
    raise RequestError(
        f"{where}, row {line}: {name} {told}",
        hint="a chart takes finite numbers; leave such rows out of the table",
    )


def _labels(texts: Sequence[str]) -> list[str]:
    """Return texts short enough for labels, and all different."""
    found: list[str] = []
    for text in texts:
        label, count = _short(text, MAX_CHART_LABEL), 1
        while label in found:
            count += 1
            label = f"{_short(text, MAX_CHART_LABEL - len(str(count)) - 1)} {count}"
        found.append(label)
    return found


def _short(text: str, most: int) -> str:
    return shorten(" ".join(one_line(text).split()), most, plain=True) or _EMPTY


def _plain(value: Number) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
