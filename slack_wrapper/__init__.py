"""Slack for Snakemake: workflow steps, hooks and a live log, with the token encrypted.

Public names: `rules` and `wrapper` give what a Snakefile includes; importing this package loads
neither slack_sdk nor cryptography.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.locate import rules, wrapper

__version__ = "0.1.0"
__all__ = ["__version__", "approved", "on_error", "on_start", "on_success", "rules", "wrapper"]


def approved(receipt: str) -> bool:
    """Whether somebody has approved; see `slack_wrapper.approval`."""
    from slack_wrapper.approval import approved as said

    return said(receipt)


def on_start(workflow: Any) -> None:
    """Post that the run begins; see `slack_wrapper.run.hooks`."""
    from slack_wrapper.run import hooks

    hooks.on_start(workflow)


def on_success(workflow: Any, log: Any = None) -> None:
    """Post that the run went well; see `slack_wrapper.run.hooks`."""
    from slack_wrapper.run import hooks

    hooks.on_success(workflow, log)


def on_error(workflow: Any, log: Any = None) -> None:
    """Post what failed; see `slack_wrapper.run.hooks`."""
    from slack_wrapper.run import hooks

    hooks.on_error(workflow, log)
