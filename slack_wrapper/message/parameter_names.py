"""The names of the parameters that a step may have."""

from __future__ import annotations

# Those that only an approval has; see `approval_terms`.
APPROVAL_PARAMETERS = (
    "approve",
    "reject",
    "approvers",
    "time_limit",
    "remind_every",
    "on_reject",
    "on_timeout",
)
