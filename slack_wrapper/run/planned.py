"""What the steps of a run are going to post, as far as it is known before the first job."""

from __future__ import annotations

import os
from typing import Any

from slack_wrapper.locate import rules
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import Request
from slack_wrapper.run.posting import section_of
from slack_wrapper.snakemake_adapter.job import named, parts_of
from slack_wrapper.snakemake_adapter.our_rules import config_of, posts

# Parameters without which it is open where a step posts and with which key.
_DECIDING = ("option", "channel", "encrypted_key", "on_failure")
# Parameters that may name files which jobs before it make.
_LATER = ("template", "table", "chart", "blocks")


def request(job: Any) -> Request | None:
    """Return what a job of ours will ask for, None while that depends on jobs before it.

    Args:
        job: Snakemake's, before it runs; its input need not exist yet.

    Raises:
        RequestError: a parameter, input or output is not valid.
    """
    given = named(job.params)
    unknown = {name for name, value in given.items() if _open(value)}
    if unknown.intersection(_DECIDING):
        return None
    parts = parts_of(job)
    later = {name for name in _LATER if given.get(name)}
    if "chart" in later - unknown:
        from slack_wrapper.message import chart_terms  # spares other steps what it imports

        chart_terms.terms(given["chart"], f"step {job.rule.name}")
    params = {name: value for name, value in given.items() if name not in unknown | later}
    if parts.pop("message_file") or parts.pop("inputs") or unknown or later:
        params["message"] = params.get("message") or "…"  # the text may come later
    return build(**{**parts, "params": params}, defaults=section_of(config_of(job.rule)))


def possible_steps(workflow: Any) -> dict[str, str | None]:
    """Return rule → key file of the steps that a checkpoint may add to a run.

    Args:
        workflow: Snakemake's, with a DAG.
    """
    dag = workflow.dag
    # An input function that asks for a checkpoint's output waits for it, and only then says more.
    if not any(getattr(job, "incomplete_input_expand", False) for job in dag.jobs):
        return {}
    known = {job.rule.name for job in dag.jobs}
    return {
        rule.name: _key_of(rule)
        for rule in workflow.rules
        if posts(rule) and rule.name not in known and rule.output and _is_the_users(rule)
    }


def _is_the_users(rule: Any) -> bool:
    return os.path.dirname(str(rule.snakefile)) != os.path.dirname(rules())  # noqa: PTH120


def _key_of(rule: Any) -> str | None:
    given = named(rule.params).get("encrypted_key")
    section = section_of(config_of(rule))
    key = given if isinstance(given, str) and given else section.get("encrypted_key")
    return str(key) if key else None


def _open(value: Any) -> bool:
    """Whether a value is Snakemake's mark for what only a job's finished input can tell."""
    return type(value).__name__ == "TBDString"
