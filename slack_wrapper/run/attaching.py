"""Giving a workflow its run while Snakemake parses the rule files, and finding it again."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from slack_wrapper.common.log_filter import guard_tracebacks
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import RequestError
from slack_wrapper.locate import thin_client
from slack_wrapper.run.run import Run
from slack_wrapper.session import protocol
from slack_wrapper.snakemake_adapter import attached, our_rules, process
from slack_wrapper.snakemake_adapter.hook_slots import compose, on_escape
from slack_wrapper.snakemake_adapter.rule_names import explain_clashes
from slack_wrapper.vault.passwords.sources import withdraw_from_environment


def attach(workflow: Any, section: Mapping[str, Any], password: Secret | None) -> Run:
    """Give a workflow its run, once however often the rule files are parsed, and hook it in."""
    kept = attached.of(workflow)
    run: Run | None = kept.run
    if run is None:
        kept.run = run = Run(workflow, section, password)
        explain_clashes(workflow)
        # For the command of our rules, wherever this process has been begun from.
        os.environ[our_rules.PYTHON_VARIABLE] = sys.executable
        os.environ[our_rules.CLIENT_VARIABLE] = thin_client()
        if process.leads(workflow):
            # Now and not in a hook: a run without our steps, or with --no-hooks, has jobs too.
            withdraw_from_environment()
            guard_tracebacks()
            compose(workflow, "onstart", run.start)
            compose(workflow, "onsuccess", run.succeed, ours_first=False)
            compose(workflow, "onerror", run.fail, ours_first=False)
            on_escape(workflow, run.escaped)
        elif process.on_cluster(workflow):
            # A job on a cluster: its run is led from somewhere else, whatever path the scheduler
            # has brought along with the environment of the submit host.
            os.environ[protocol.VARIABLE] = protocol.ELSEWHERE
        else:  # a job's own Snakemake on this host, or within a job on a cluster
            os.environ.setdefault(protocol.VARIABLE, protocol.ELSEWHERE)
    return run


def run_of(workflow: Any) -> Run:
    """Return the run that the rule files have attached to a workflow.

    Raises:
        RequestError: no rule file of ours is included.
    """
    run: Run | None = attached.of(workflow).run
    if run is None:
        raise RequestError(
            "the workflow includes no rule file of slack_wrapper",
            hint='write include: slack_wrapper.rules("slack.smk") before the hooks',
        )
    return run
