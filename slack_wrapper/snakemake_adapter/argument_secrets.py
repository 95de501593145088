"""Which arguments of a command line may hold a secret, and so are not repeated."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from slack_wrapper.common.parsing import from_yaml
from slack_wrapper.common.redact import redact, redact_log
from slack_wrapper.common.secret_names import confidential
from slack_wrapper.snakemake_adapter.given_option import Given

_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{16,}")  # the letters of keys in hexadecimal and base64
_ENTROPY = 3.5  # bits a character; words and paths have less, 16 random letters of base64 more


def without(found: Iterable[Given], config: str) -> tuple[list[Given], list[str]]:
    """Return the options without those that may hold a secret, and what was left out by name.

    Args:
        found: options as they were typed.
        config: the one whose values are `name=value`, of which each is looked at by itself.
    """
    kept, left_out = [], []
    for one in found:
        if one.dest == config:
            values = tuple(value for value in one.values if not _entry_is_secret(value))
            left_out += [f"{one.option} {redact(value.partition('=')[0])}"
                         for value in one.values if value not in values]  # fmt: skip
            if values or not one.values:
                kept.append(replace(one, values=values))
        elif one.values and _option_is_secret(one):
            left_out.append(one.option)
        else:
            kept.append(one)
    return kept, list(dict.fromkeys(left_out))


def secret(text: str) -> bool:
    """Whether a text holds a secret that is known, or that tells itself by its form."""
    return redact(text) != text


def _option_is_secret(one: Given) -> bool:
    if confidential(one.option.lstrip("-"), weak=False):
        return True
    return any(redact_log(value) != value for value in one.values)


def _entry_is_secret(entry: str) -> bool:
    """Whether an entry of `--config` may hold a secret, in whatever depth of its value."""
    name, _, text = entry.partition("=")
    if confidential(name) or redact_log(entry) != entry:
        return True
    try:
        value = from_yaml(text)
    except ValueError:
        value = text
    return _value_is_secret(value)


def _value_is_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(
            (confidential(str(name)) and entry not in (None, "", True, False))
            or _value_is_secret(entry)
            for name, entry in value.items()
        )
    if isinstance(value, (list, tuple)):
        return any(map(_value_is_secret, value))
    return isinstance(value, str) and _looks_random(value)


def _looks_random(text: str) -> bool:
    """Whether a text has a part like a key: long, of mixed letters and digits, without words."""
    return any(_is_key(part) for part in _RANDOM.findall(text))


def _is_key(part: str) -> bool:
    kinds = (str.isdigit, str.islower, str.isupper)
    if sum(any(map(kind, part)) for kind in kinds) < len(kinds) - 1 or not any(
        map(str.isdigit, part)
    ):
        return False
    counts = Counter(part).values()
    entropy = -sum(n / len(part) * math.log2(n / len(part)) for n in counts)
    return entropy > _ENTROPY
