"""Calls and blocks, checked by slack_sdk's signatures and its models of blocks."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks as models
from slack_sdk.webhook import WebhookClient

from tests.conformance.recorder import WEBHOOK, Call


def method_names() -> frozenset[str]:
    """Return the methods of its client, as Python spells them: `chat_postMessage`."""
    public = (name for name in vars(WebClient) if not name.startswith("_"))
    return frozenset(name for name in public if "_" in name)


def arguments(method: str) -> frozenset[str] | None:
    """Return the names of a method's arguments, None when it does not know the method."""
    known = WebhookClient.send if method == WEBHOOK else getattr(WebClient, spelled(method), None)
    return frozenset(inspect.signature(known).parameters) - {"self", "kwargs"} if known else None


def spelled(method: str) -> str:
    """Return a method's name in Python."""
    return method.replace(".", "_")


def block_types() -> frozenset[str]:
    """Return the types of blocks that it has models of."""
    kinds = (value for value in vars(models).values() if inspect.isclass(value))
    return frozenset(
        str(kind.type)
        for kind in kinds
        if issubclass(kind, models.Block) and isinstance(getattr(kind, "type", None), str)
    )


def unknown_arguments(calls: Sequence[Call]) -> Iterator[tuple[str, str]]:
    """Return (method, argument) of what it does not name; `*` when it does not know the method."""
    for call in calls:
        known = arguments(call.method)
        if known is None:
            yield call.method, "*"
        else:
            yield from ((call.method, name) for name in call.args if name not in known)


def refuses(block: Mapping[str, Any]) -> str:
    """Return what its model of a block refuses, or loses; empty when it takes the block whole."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("slack_sdk.models.blocks.blocks")
    log.addHandler(handler)
    try:
        made = models.Block.parse(json.loads(json.dumps(block)))
        if made is None:
            return f"it has no model of it: {'; '.join(messages)}"
        kept = made.to_dict()
    except (SlackObjectFormationError, TypeError, ValueError, KeyError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        log.removeHandler(handler)
    return next(_lost(json.loads(json.dumps(block)), json.loads(json.dumps(kept)), "block"), "")


def _lost(given: Any, kept: Any, place: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if name not in kept:
                yield f"{place}.{name} is lost"
            else:
                yield from _lost(value, kept[name], f"{place}.{name}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from _lost(one, other, f"{place}[{number}]")
    elif given != kept:
        yield f"{place} is {kept!r} and not {given!r}"
