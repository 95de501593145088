"""The tables and charts of a step: as Slack draws them, and as text for where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common.text_parts import MAX_TEXT
from slack_wrapper.errors import RequestError
from slack_wrapper.message import chart_terms, charts, native_forms, native_tables, tables
from slack_wrapper.message.native_forms import Part
from slack_wrapper.message.tables import Table

_OTHER_WORDS = 200  # characters that are kept free beside a text and its tables


@dataclass(frozen=True)
class Drawn:
    """What a step says, with its tables and charts.

    Args:
        text: all of it as mrkdwn.
        native: the same with what Slack draws itself, see `native_forms.native`.
        paths: files that hold in full what one of the forms shows a part of.
        together: a table of several files that is to be written as one, for `paths`; may be empty.
    """

    text: str
    native: dict[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    together: str = ""


def of(
    params: Mapping[str, Any],
    paths: Sequence[str],
    chart_paths: Sequence[str],
    text: str,
    step: str,
) -> Drawn:
    """Return what a step says that has a table, a chart or both.

    Args:
        params: of the step.
        paths: files of the table.
        chart_paths: its `input.chart`.
        text: what it says before them.
        step: for errors.

    Raises:
        RequestError: a parameter or a file is not as it must be.
    """
    layout = _layout(params, step)
    asked = chart_terms.terms(params.get("chart"), step)
    if asked is None and chart_paths:
        raise RequestError(f"{step} has input.chart and no parameter chart", hint=chart_terms.HINT)
    made = _Made([text] if text else [], [text] if text else [])
    if paths:
        made.add_table(paths, layout, step)
    if asked is not None:
        made.add_chart(asked, list(chart_paths) or ([asked.file] if asked.file else []), step)
    words = "\n".join(made.said)
    return Drawn(
        words,
        native_forms.native("\n".join(made.before), made.parts),
        tuple(made.full),
        made.together,
    )


@dataclass
class _Made:
    """What is put together: texts, parts, and the files of what is not shown in full.

    Args:
        said: all of it as text.
        before: the texts that stand before the parts.
    """

    said: list[str]
    before: list[str]
    parts: list[Part] = field(default_factory=list)
    full: list[str] = field(default_factory=list)
    together: str = ""
    _table: Table | None = None
    _paths: list[str] = field(default_factory=list)

    def add_table(self, paths: Sequence[str], layout: str, step: str) -> None:
        """Add the table of some files."""
        self._paths, self._table = list(paths), tables.read(paths, step)
        shown = self._show(self._table, layout)
        part = _table(self._table, shown.text, paths)
        if layout == tables.TABLE:
            self.parts.append(part)
        else:
            self.before.append(shown.text)
        if not shown.whole or (layout == tables.TABLE and not part.whole):
            if len(paths) == 1:
                self.full.append(paths[0])
            else:
                self.together = tables.tsv(self._table)

    def add_chart(self, asked: chart_terms.Terms, paths: list[str], step: str) -> None:
        """Add a chart of a file of its own, or of the table."""
        source = paths or self._paths
        if not source:
            raise RequestError(
                f"{step}: chart has no data",
                hint="name a file: input: chart='scores.tsv', or table=…, or chart: {file: …}",
            )
        same = self._table if source == self._paths else None
        table = same or tables.read(source, step)
        drawn = charts.draw(asked, table, ", ".join(source), step)
        whole, text = not drawn.left, ""
        if same is None:  # else the text has the data already
            shown = self._show(drawn.data, tables.TABLE)
            whole, text = whole and shown.whole, shown.text
        self.parts.append(Part(drawn.block, text, left=drawn.left, whole=not drawn.left))
        if not whole and same is None:
            self.full += source
        elif not whole and not self.together:
            self.full = self.full or source[:1]

    def _show(self, table: Table, layout: str) -> tables.Shown:
        taken = sum(map(len, self.said))
        room = tables.ROOM if taken >= MAX_TEXT - 1000 else min(
            tables.ROOM, MAX_TEXT - taken - _OTHER_WORDS
        )  # fmt: skip
        shown = tables.show(table, layout, room)
        self.said.append(shown.text)
        return shown


def _layout(params: Mapping[str, Any], step: str) -> str:
    layout = str(params.get("layout") or tables.TABLE)
    if layout in tables.LAYOUTS:
        return layout
    raise RequestError(
        f"{step}: layout is {layout}", hint=f"it is one of: {', '.join(tables.LAYOUTS)}"
    )


def _table(table: Table, text: str, paths: Sequence[str]) -> Part:
    name = paths[0].rpartition("/")[2]
    caption = name if len(paths) == 1 else f"{name} and {len(paths) - 1} more"
    block, whole = native_tables.drawn(table, caption)
    rows = len(table.rows) + 1 - len(block["rows"])
    columns = len(table.header) - len(block["rows"][0])
    return Part(block, text, rows, columns, whole=whole)
