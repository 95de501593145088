"""What a Snakefile asks of an approval's receipt."""

from __future__ import annotations

from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.errors import RequestError


def approved(receipt: str) -> bool:
    """Whether the receipt of an approval says that somebody has approved.

    False too when it was rejected or timed out with `skip`, or nobody was asked (`dry_run`,
    `enabled: false`).

    Args:
        receipt: path of the receipt.

    Raises:
        RequestError: it is not a receipt of an approval.
    """
    try:
        found = from_json(read_bytes(receipt))
        return bool(found["decision"] == "approved")
    except (OSError, ValueError, KeyError, TypeError):
        raise RequestError(
            f"{receipt} is not a receipt of an approval",
            hint="give the output of a step of the rule slack_approval, once it has run",
        ) from None
