"""The options of `message`, `file` and `preview` that say what is posted."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.message import data_files, run_facts
from slack_wrapper.message.tables import LAYOUTS

# option → parameter of a step
PARAMETERS = ("template", "markdown", "table", "layout", "footer")
_CHART = "TYPE:X:Y[,Y]"
MESSAGE_PARAMETERS = ("color", "blocks", "alt", "images")


def add_content_options(parser: argparse.ArgumentParser) -> None:
    """Add what messages and the texts of files have in common."""
    parser.add_argument("--template", metavar="FILE", help="a Jinja2 template, or its text")
    parser.add_argument(
        "--data", action="append", metavar="NAME=FILE", help="values for the template: data.NAME"
    )
    parser.add_argument(
        "--markdown", action="store_true", default=None, help="the text is Markdown"
    )
    parser.add_argument("--table", action="append", metavar="FILE", help="TSV, CSV, JSON or YAML")
    parser.add_argument(
        "--chart", metavar=_CHART, help="draw columns of the table: bar, line, area or pie"
    )
    parser.add_argument("--layout", choices=LAYOUTS, help="how the table is shown")
    parser.add_argument("--field", action="append", metavar="NAME=VALUE", help="may be repeated")
    parser.add_argument("--footer", metavar="TEXT", help="a small last line")
    parser.add_argument("--color", help="good, warning, danger or #rrggbb")
    parser.add_argument("--blocks", metavar="FILE", help="Block Kit blocks, JSON or YAML")
    parser.add_argument(
        "--alt", action="append", metavar="TEXT", help="for screen readers; once per file"
    )


def add_message_options(parser: argparse.ArgumentParser) -> None:
    """Add what only messages have."""
    parser.add_argument(
        "--image", dest="images", action="append", metavar="FILE", help="show it in the message"
    )


def params(args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters that these options set.

    Raises:
        RequestError: a field or a value has no name.
    """
    given = {name: getattr(args, name, None) for name in (*PARAMETERS, *MESSAGE_PARAMETERS)}
    return {**given, "chart": _chart(args.chart), "fields": _pairs(args.field or (), "field")}


def context(args: argparse.Namespace) -> Callable[[], Mapping[str, Any]]:
    """Return what gives a template its values."""
    named = _pairs(args.data or (), "data")

    def give() -> Mapping[str, Any]:
        sources = {name: (lambda path=path: data_files.read(path)) for name, path in named.items()}
        return {"data": run_facts.Lazy(sources), "run": run_facts.run_facts("")}

    return give


def _chart(given: str | None) -> dict[str, Any]:
    if not given:
        return {}
    kind, _, columns = given.partition(":")
    x, _, y = columns.partition(":")
    if not x or not y:
        raise RequestError(f"--chart {given} names no columns", hint=f"write --chart {_CHART}")
    return {"type": kind, "x": x, "y": y.split(",")}


def _pairs(given: Iterable[str], option: str) -> dict[str, str]:
    pairs = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or not name:
            raise RequestError(
                f"--{option} {entry} has no name", hint=f"write --{option} NAME=VALUE"
            )
        pairs[name] = value
    return pairs
