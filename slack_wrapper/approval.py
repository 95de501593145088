"""What a Snakefile asks of an approval's receipt."""

from __future__ import annotations

import json

from slack_wrapper.errors import RequestError


def approved(receipt: str) -> bool:
    """Whether the receipt of an approval says that somebody has approved.

    False too when it was rejected or timed out with `skip`, or nobody was asked (`dry_run`,
    `enabled: false`).

    Args:
        receipt: path of the receipt.

    Raises:
        RequestError: it is no receipt of an approval.
    """
    try:
        with open(receipt, encoding="utf-8") as file:  # noqa: PTH123
            found = json.load(file)
        return bool(found["decision"] == "approved")
    except (OSError, ValueError, KeyError, TypeError):
        raise RequestError(
            f"{receipt} is no receipt of an approval",
            hint="give the output of a step of the rule slack_approval, once it has run",
        ) from None
