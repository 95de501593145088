"""Ending a run, or the parsing of a workflow, with one of our errors."""

from __future__ import annotations

from slack_wrapper.common import console
from slack_wrapper.errors import NoPassword, SlackWrapperError


def workflow_error(error: SlackWrapperError) -> Exception:
    """Return Snakemake's WorkflowError that shows an error, to be raised.

    Snakemake prints the frames of a WorkflowError below its text; ours tell a user nothing, so this
    one shows none (Snakemake 9 reads them from `__traceback__`).
    """
    from snakemake.exceptions import WorkflowError

    # A property, because contextlib sets the attribute on the way.
    hidden = property(lambda error: None, lambda error, frames: None)
    shown = type("WorkflowError", (WorkflowError,), {"__traceback__": hidden})
    raised: Exception = shown(console.clean(f"{console.PREFIX} error: {error}"))
    return raised


def interrupted() -> Exception:
    """Return what ends a run that somebody has interrupted at the password prompt."""
    return workflow_error(NoPassword("interrupted before the first job", hint="run it again"))
