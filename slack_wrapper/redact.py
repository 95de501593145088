"""Where redaction was before it was shared: `slack_wrapper.common.redact`."""

from slack_wrapper.common.redact import (
    MASK,
    MIN_LENGTH,
    SCRUBBER,
    Scrubber,
    Secret,
    mask_tokens,
    mask_tokens_in,
    redact,
    redact_log,
)

__all__ = [
    "MASK",
    "MIN_LENGTH",
    "SCRUBBER",
    "Scrubber",
    "Secret",
    "mask_tokens",
    "mask_tokens_in",
    "redact",
    "redact_log",
]
