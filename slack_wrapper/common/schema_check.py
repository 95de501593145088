"""Whether a value fits a JSON schema, without jsonschema, whose import takes a process 40 ms.

Snakemake parses the rule files again in each of its processes, and nearly all configs are right. So
`fits` knows the keywords that our schema has, and is sure when it says yes. What it refuses, or
does not know, jsonschema looks at again and explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_SAYS_NOTHING = {"description", "title", "$schema", "$id", "$defs", "default", "examples"}


def fits(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> bool:
    """Return True if a value certainly fits; False if it does not, or might not.

    Args:
        value: of plain lists, dicts and scalars.
        schema: what it has to fit.
        root: the whole schema, where `$ref` leads to; None for `schema`.
    """
    whole = schema if root is None else root

    def part_fits(one: Any, part: Mapping[str, Any]) -> bool:
        return fits(one, part, whole)

    def holds(key: str, expected: Any) -> bool:
        check = _KEYWORDS.get(key)
        return check is not None and check(value, expected, schema, part_fits, whole)

    return all(key in _SAYS_NOTHING or holds(key, schema[key]) for key in schema)


Fits = Callable[[Any, Mapping[str, Any]], bool]


def _type(value: Any, expected: Any, *_: Any) -> bool:
    names = [expected] if isinstance(expected, str) else expected
    return any(_TYPES[name](value) for name in names)


def _ref(value: Any, expected: str, schema: Any, ok: Fits, whole: Mapping[str, Any]) -> bool:
    found: Any = whole
    start, *steps = expected.split("/")
    for step in steps:
        found = found.get(step, {"not known": True})
    return start == "#" and ok(value, found)


def _any_of(value: Any, expected: Any, schema: Any, ok: Fits, *_: Any) -> bool:
    return any(ok(value, part) for part in expected)


def _properties(value: Any, expected: Any, schema: Any, ok: Fits, *_: Any) -> bool:
    return not isinstance(value, dict) or all(
        ok(value[name], part) for name, part in expected.items() if name in value
    )


def _additional(value: Any, expected: Any, schema: Any, ok: Fits, *_: Any) -> bool:
    if not isinstance(value, dict) or expected is True:
        return True
    more = [entry for name, entry in value.items() if name not in schema.get("properties", {})]
    return not more if expected is False else all(ok(entry, expected) for entry in more)


def _names(value: Any, expected: Any, schema: Any, ok: Fits, *_: Any) -> bool:
    return not isinstance(value, dict) or all(ok(name, expected) for name in value)


def _items(value: Any, expected: Any, schema: Any, ok: Fits, *_: Any) -> bool:
    return not isinstance(value, list) or all(ok(entry, expected) for entry in value)


def _required(value: Any, expected: Any, *_: Any) -> bool:
    return not isinstance(value, dict) or all(name in value for name in expected)


def _enum(value: Any, expected: Any, *_: Any) -> bool:
    return any(type(value) is type(one) and value == one for one in expected)


def _pattern(value: Any, expected: Any, *_: Any) -> bool:
    return not isinstance(value, str) or re.search(expected, value) is not None


def _min_length(value: Any, expected: Any, *_: Any) -> bool:
    return not isinstance(value, str) or len(value) >= expected


def _minimum(value: Any, expected: Any, *_: Any) -> bool:
    return not _TYPES["number"](value) or value >= expected


def _above(value: Any, expected: Any, *_: Any) -> bool:
    return not _TYPES["number"](value) or value > expected


_KEYWORDS: Mapping[str, Callable[..., bool]] = {
    "type": _type,
    "$ref": _ref,
    "anyOf": _any_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "required": _required,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _min_length,
    "minimum": _minimum,
    "exclusiveMinimum": _above,
}
