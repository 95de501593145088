"""Texts that stand for switches and numbers, as `--config` and the environment give them.

`snakemake --config 'slack={dry_run: true, max_wait: 60}'` brings the texts `true` and `60`: every
release reads what is within braces as texts only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

_ON, _OFF = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.I)
_NOTHING = frozenset(("", "null", "~", "none"))


def switch(text: str) -> bool | None:
    """Return what a text says that switches something on or off; None if it says neither."""
    word = text.strip().lower()
    return True if word in _ON else False if word in _OFF else None


def typed(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """Return a value with its texts read as what a schema asks for where they stand.

    A text stays one where the schema takes texts, but `true` and `false` where it takes those too.

    Args:
        value: of mappings, lists and scalars; mappings are changed in place.
        schema: what it is to fit.
        root: the whole schema, where `$ref` leads to; None for `schema`.
    """
    whole = schema if root is None else root
    forms = list(_forms(schema, whole))
    if isinstance(value, MutableMapping):
        _type_entries(value, forms, whole)
    elif isinstance(value, list):
        for form in (one["items"] for one in forms if "items" in one):
            value[:] = [typed(one, form, whole) for one in value]
    elif isinstance(value, str):
        return _read(value, {name for form in forms for name in _types(form)})
    return value


def _type_entries(value: MutableMapping[Any, Any], forms: list[Any], whole: Any) -> None:
    for form in forms:
        known, others = form.get("properties") or {}, form.get("additionalProperties")
        for name in list(value):
            part = known.get(name, others)
            if isinstance(part, Mapping):
                value[name] = typed(value[name], part, whole)


def _forms(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Yield the alternatives of a schema, references followed."""
    if "$ref" in schema:
        found: Any = whole
        for step in schema["$ref"].split("/")[1:]:
            found = found[step]
        yield from _forms(found, whole)
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _forms(one, whole)
    else:
        yield schema


def _types(form: Mapping[str, Any]) -> list[str]:
    if "enum" in form:
        return ["string"]
    names = form.get("type") or ["string"]
    return [names] if isinstance(names, str) else list(names)


def _read(text: str, types: set[str]) -> Any:
    plain = text.strip()
    if "string" in types:
        exact = {"true": True, "false": False}.get(plain.lower())
        return text if exact is None or "boolean" not in types else exact
    if "null" in types and plain.lower() in _NOTHING:
        return None
    if "boolean" in types and (said := switch(text)) is not None:
        return said
    if types & {"integer", "number"} and _WHOLE.fullmatch(plain):
        return int(plain)
    if "number" in types and _NUMBER.fullmatch(plain):
        return float(plain)
    return text
