"""The parameter `chart`: what a step may ask for, checked before the run where it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.model.block_types import MAX_SERIES

_KEYS = ("type", "x", "y", "by", "title", "file")
HINT = "write chart: {type: bar, x: COLUMN, y: COLUMN}"


class ChartType(StrEnum):
    """What a chart is."""

    BAR = "bar"
    LINE = "line"
    AREA = "area"
    PIE = "pie"


@dataclass(frozen=True)
class Terms:
    """What a step asks for.

    Args:
        type: of the chart.
        x: the column of the categories, or of a pie's segments.
        y: the columns of the values, each a series.
        by: a column whose values make the series, for tables in long form; empty for none.
        title: above the chart; empty for one made of the columns.
        file: the data; empty for the step's `input.chart`, else its table.
    """

    type: ChartType
    x: str
    y: tuple[str, ...]
    by: str = ""
    title: str = ""
    file: str = ""


def terms(value: Any, step: str) -> Terms | None:
    """Return what the parameter `chart` asks for, None when it is empty.

    Raises:
        RequestError: it is of another form.
    """
    if not value:
        return None
    if not isinstance(value, Mapping):
        raise RequestError(f"{step}: chart is not a mapping", hint=HINT)
    for name in value:
        if name not in _KEYS:
            raise RequestError(
                f"{step}: chart has an unknown key {name}", hint=f"it has: {', '.join(_KEYS)}"
            )
    kind, x, y = value.get("type"), value.get("x"), value.get("y")
    if kind not in list(ChartType):
        raise RequestError(
            f"{step}: chart.type is {kind}", hint=f"it is one of: {', '.join(ChartType)}"
        )
    columns = tuple(map(str, y)) if isinstance(y, list | tuple) else (str(y),) if y else ()
    if not x or not isinstance(x, str) or not columns:
        raise RequestError(f"{step}: chart has no {'y' if x else 'x'}", hint=HINT)
    made = Terms(ChartType(kind), x, columns, *(str(value.get(n) or "") for n in _KEYS[3:]))
    _refuse_unfit(made, step)
    return made


def _refuse_unfit(made: Terms, step: str) -> None:
    several = len(made.y) > 1 or bool(made.by)
    if made.type == ChartType.PIE and several:
        raise RequestError(
            f"{step}: a pie shows one column", hint="name one column as y, and no by"
        )
    if made.by and len(made.y) > 1:
        raise RequestError(f"{step}: chart has by and several columns as y", hint="use one of them")
    if len(made.y) > MAX_SERIES or len(set(made.y)) < len(made.y):
        raise RequestError(
            f"{step}: chart.y names {len(made.y)} columns",
            hint=f"Slack draws {MAX_SERIES} different ones at most",
        )
