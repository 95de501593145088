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
# The parameters of a step that users are promised; see docs/steps.md.
PARAMETERS = (
    "option",
    "channel",
    "encrypted_key",
    "message",
    "file",
    "comment",
    "thread",
    "blocks",
    "fields",
    "color",
    "mention",
    "on_failure",
    "post_at",
    *APPROVAL_PARAMETERS,
    "template",
    "markdown",
    "mrkdwn",
    "table",
    "chart",
    "layout",
    "images",
    "footer",
    "max_files",
    "coalesce",
    "alt",
    "mention_missing",
)
