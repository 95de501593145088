"""Values in files that a step has as input: JSON, YAML, TSV and CSV."""

from __future__ import annotations

from typing import Any

from slack_wrapper.common import parsing, regular_file
from slack_wrapper.errors import RequestError, os_reason

KINDS = (".json", ".yaml", ".yml", ".tsv", ".tab", ".csv")


def read(path: str) -> Any:
    """Return what is in a file: data, or for a table its rows as mappings.

    Raises:
        RequestError: it cannot be read, or is not what its name says.
    """
    kind = suffix(path)
    if kind in (".tsv", ".tab", ".csv"):
        header, *rows = cells(path) or [[]]
        return [dict(zip(header, row, strict=False)) for row in rows]
    if kind in (".json", ".yaml", ".yml"):
        return parse(text_of(path), kind, path)
    raise RequestError(
        f"{path} holds no data that is known", hint=f"its name ends in one of: {', '.join(KINDS)}"
    )


def cells(path: str) -> list[list[str]]:
    """Return the lines of a table, cell by cell, its header first; empty lines are left out.

    Raises:
        RequestError: it cannot be read.
    """
    import csv

    text = text_of(path)
    comma = suffix(path) == ".csv"
    first = text.partition("\n")[0]
    if comma and "," not in first and ";" in first:
        delimiter = ";"  # what spreadsheets of many countries write
    else:
        delimiter = "," if comma and ("," in first or "\t" not in first) else "\t"
    try:
        return [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise RequestError(
            f"{path} is not a table: {error}", hint="check the rule that makes it"
        ) from None


def parse(text: str, kind: str, name: str) -> Any:
    """Return the data that a text holds.

    Args:
        text: JSON or YAML.
        kind: `.json`, `.yaml` or `.yml`.
        name: what is at fault, for errors.

    Raises:
        RequestError: it is not of that kind; says the line.
    """
    parser = parsing.from_json if kind == ".json" else parsing.from_yaml
    try:
        return parser(text)
    except ValueError as error:
        raise RequestError(
            f"{name} is not valid {kind[1:].upper()}: {error}", hint="check it"
        ) from None


def text_of(path: str) -> str:
    """Return the text of a file.

    Raises:
        RequestError: it cannot be read as UTF-8.
    """
    try:
        return regular_file.read_text(path)
    except UnicodeDecodeError:
        raise RequestError(
            f"{path} cannot be read as UTF-8 text", hint="check the rule that makes it"
        ) from None
    except OSError as error:
        raise RequestError(
            f"{path} cannot be read: {os_reason(error)}",
            hint="paths are relative to the working directory; make it an input of the step",
        ) from None


def suffix(path: str) -> str:
    """Return the end of a file's name from its last dot on, in lower case."""
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2]}".lower() if "." in name else ""
