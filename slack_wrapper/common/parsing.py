"""JSON and YAML that may have been written to do harm: one kind of error, bounded time and memory.

A short YAML text can stand for billions of values by aliases of aliases ("billion laughs"), one of
a few kilobytes can be nested deeper than Python's stack.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

MAX_VALUES = 1_000_000  # in a YAML text, with every alias written out
MAX_YAML = 8 << 20  # characters; PyYAML needs some seconds for so many
_DEEP = "nested too deeply"


def from_json(text: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """Return the value of a JSON text.

    Args:
        text: a text, or its bytes.
        parse_constant: makes the values of NaN and Infinity, or refuses them with a ValueError.

    Raises:
        ValueError: it is not JSON; says the line.
    """
    try:
        return json.loads(text, parse_constant=parse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: {error.msg.lower()}") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except RecursionError:
        raise ValueError(_DEEP) from None


def from_yaml(text: str) -> Any:
    """Return the value of a YAML text of one document, of plain types only.

    Raises:
        ValueError: it is not YAML, or stands for too much; says the line where it can.
    """
    import yaml

    if len(text) > MAX_YAML:
        raise ValueError(f"longer than {MAX_YAML >> 20} MiB")
    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}{getattr(error, 'problem', None) or 'not readable'}") from None
    except RecursionError:
        raise ValueError(_DEEP) from None


@functools.cache
def _loader() -> Any:
    """Return PyYAML's safe loader, bounded; made late, as few processes read YAML."""
    import yaml

    class Bounded(yaml.SafeLoader):
        def get_single_node(self) -> Any:
            node = super().get_single_node()
            _count(node, {})
            return node

    return Bounded


def _count(node: Any, known: dict[int, int]) -> int:
    """Return how many values a node stands for.

    Raises:
        ValueError: too many, or without an end.
    """
    import yaml

    if not isinstance(node, yaml.CollectionNode):
        return 1
    count = known.get(id(node))
    if count is None:
        known[id(node)] = -1
        inside = node.value
        if isinstance(node, yaml.MappingNode):
            inside = [one for pair in node.value for one in pair]
        count = known[id(node)] = 1 + sum(_count(one, known) for one in inside)
    if count < 0:
        raise ValueError("a value contains itself")
    if count > MAX_VALUES:
        raise ValueError(f"its aliases stand for more than {MAX_VALUES} values")
    return count
