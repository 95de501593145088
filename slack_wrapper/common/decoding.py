"""Plain data from a file → a typed record, or an error that says which value is not of its type.

Whoever reads a file that this program wrote earlier, in another version, or that somebody else
wrote, gets a record whose values are what their annotations say, or a `ValueError`.
"""

from __future__ import annotations

import functools
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin

from slack_wrapper.common import parsing

T = TypeVar("T")

_MOST = 1 << 63  # beyond it a number is neither a size nor a time, and overflows in the C library


def from_json(data: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not one; says why.
    """
    try:
        text = data.decode("utf-8")  # no other encoding that json would guess
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    return parsing.from_json(text, parse_constant=_refuse)


def record(kind: type[T], data: object, where: str = "") -> T:
    """Return a dataclass whose fields are taken from a mapping; keys without a field are ignored.

    Args:
        kind: the dataclass.
        data: the mapping.
        where: names it in errors.

    Raises:
        ValueError: a value is missing, or not of its field's type; says which.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"{where or 'it'} is not an object")
    given: dict[str, Any] = {}
    hints = _hints(typing.cast(type, kind))
    for spec in fields(kind):  # type: ignore[arg-type]
        name = f"{where}.{spec.name}" if where else spec.name
        if spec.name in data:
            given[spec.name] = value(hints[spec.name], data[spec.name], name)
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise ValueError(f"{name} is missing")
    return kind(**given)


def value(kind: Any, data: object, where: str) -> Any:
    """Return a value of a type: see `record`; lists become tuples where a tuple is asked for.

    Raises:
        ValueError: it is of another type; says which value.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        return _one_of(inner, data, where)
    if is_dataclass(kind):
        return record(typing.cast(type, kind), data, where)
    if origin in (list, tuple):
        if not isinstance(data, (list, tuple)):
            raise ValueError(f"{where} is not a list")
        return origin(value(inner[0], one, f"{where}[{i}]") for i, one in enumerate(data))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise ValueError(f"{where} is not an object")
        return {key: value(inner[1], one, f"{where}.{key}") for key, one in data.items()}
    return _plain(kind, data, where)


def _plain(kind: Any, data: object, where: str) -> Any:
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        data = float(data) if abs(data) < _MOST else math.inf
    if kind in (int, float) and (
        not isinstance(data, kind) or isinstance(data, bool) or not abs(data) < _MOST
    ):
        raise ValueError(f"{where} is not a number of its range")
    if not isinstance(data, kind):
        raise ValueError(f"{where} is not {_NAMES.get(kind, kind.__name__)}")
    return data


_NAMES = {str: "a text", bool: "true or false", type(None): "null", dict: "an object"}


def _one_of(kinds: tuple[Any, ...], data: object, where: str) -> Any:
    faults = []
    for kind in kinds:
        try:
            return value(kind, data, where)
        except ValueError as error:
            faults.append(str(error))
    raise ValueError(faults[0])


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
