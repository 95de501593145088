"""blocks.validate, which needs no token: https://docs.slack.dev/reference/methods/blocks.validate"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_wrapper.model import block_check
from slack_wrapper.sandbox.access import Refused

METHOD = "blocks.validate"
_MAX_JSON = 100_000
_GIVEN = ("blocks", "message", "view")


def validate(args: Mapping[str, Any]) -> dict[str, Any]:
    """Check blocks, or those of a message.

    Raises:
        Refused: with what is wrong with them.
    """
    given = [name for name in _GIVEN if args.get(name)]
    if len(given) != 1 or given == ["view"]:
        told = "must provide exactly one of `blocks`, `view`, or `message`"
        raise Refused("invalid_arguments", response_metadata={"messages": [told]})
    value = args[given[0]]
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused("invalid_arguments") from None
    blocks = value.get("blocks") if isinstance(value, dict) else value
    if not isinstance(blocks, list) or len(json.dumps(blocks)) > _MAX_JSON:
        raise Refused("invalid_arguments")
    errors = [
        {
            "pointer": one.pointer,
            "code": "missing_field" if one.slack.startswith("missing") else "failed_constraint",
            "message": one.slack,
        }
        for one in block_check.faults(blocks)
    ]
    if errors:
        raise Refused(f"invalid_{given[0]}", errors=errors)
    return {}
