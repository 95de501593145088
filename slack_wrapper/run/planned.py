"""What the steps of a run are going to post, as far as it is known before the first job."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from slack_wrapper.message import data_files, templates
from slack_wrapper.message.content import is_block_file
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD, Request
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.preflight.preflight import refuse_form
from slack_wrapper.preflight.threads import threads as check_threads
from slack_wrapper.run.posting import section_of
from slack_wrapper.snakemake_adapter.job import context_of, named, parts_of
from slack_wrapper.snakemake_adapter.our_rules import config_of
from slack_wrapper.snakemake_adapter.planned_jobs import (
    is_open,
    made_before,
    made_by_run,
    possible_rules,
)

# Parameters without which it is open where a step posts and with which key.
_DECIDING = ("option", "channel", "encrypted_key", "on_failure")
_NO_RECEIPT = (RUN_THREAD, NO_THREAD)
# Parameters that may name files which jobs before it make.
_LATER = ("template", "table", "chart", "blocks")


def request(job: Any, made: Collection[str] | None = None) -> Request | None:
    """Return what a job of ours will ask for, None while that depends on jobs before it.

    Args:
        job: Snakemake's, before it runs; its input need not exist yet.
        made: files that jobs of this run make, whose content is not known yet; None: any may be.

    Raises:
        RequestError: a parameter, input or output is not valid.
    """
    given = named(job.params)
    unknown = {name for name, value in given.items() if is_open(value)}
    if unknown.intersection(_DECIDING):
        return None
    parts, config = parts_of(job), config_of(job.rule)
    defaults = section_of(config)
    if not unknown and made is not None and _is_there(_read_now(job, given), made):
        return build(**parts, defaults=defaults, context=lambda: context_of(job, config))
    if given.get("chart") and "chart" not in unknown:
        from slack_wrapper.message import chart_terms  # spares other steps what it imports

        chart_terms.terms(given["chart"], f"step {job.rule.name}")
    for template in (given.get("template"), *parts["inputs"].get("template", ())):
        _check_template(template, str(job.rule), made)
    later = {name for name in _LATER if given.get(name) and not _is_known(name, given[name], made)}
    params = {name: value for name, value in given.items() if name not in unknown | later}
    inputs = parts["inputs"]
    parts["inputs"] = {
        name: paths for name, paths in inputs.items() if _is_known(name, list(paths), made)
    }
    text = parts["message_file"]
    if text and not _is_there([text], made):
        parts["message_file"] = None
    if unknown or later or len(inputs) > len(parts["inputs"]) or text != parts["message_file"]:
        params["message"] = params.get("message") or "…"  # the text may come later
    return build(**{**parts, "params": params}, defaults=defaults)


def requests(workflow: Any, jobs: Iterable[Any]) -> list[Request | None]:
    """Return what jobs of ours will post, None for one of which that is not known yet.

    Raises:
        RequestError: one could not be posted, for its parameters or its form.
    """
    made = made_by_run(workflow)
    known = [request(job, made) for job in jobs]
    for one in filter(None, known):
        refuse_form(one)
    return known


def threads(workflow: Any, known: Mapping[Any, Request | None]) -> list[Finding]:
    """Return what is found of the threads that steps name by a receipt.

    Args:
        workflow: Snakemake's, with a DAG.
        known: job → what it will post.
    """
    named_ones = [(job, one) for job, one in known.items() if one and one.thread not in _NO_RECEIPT]
    if not named_ones:
        return []
    made = made_by_run(workflow)
    steps = {one.receipt: one for one in known.values() if one}
    earlier = {one.receipt: made_before(workflow, job) for job, one in named_ones}
    return list(check_threads(steps, made, earlier))


def _read_now(job: Any, given: Mapping[str, Any]) -> list[str]:
    """Return the files whose content a step's text may depend on."""
    values = {name: given[name] for name in _LATER if given.get(name)}
    texts = [value for name, value in values.items() if not _is_literal(name, value)]
    return [*map(str, job.input), *(path for text in texts for path in _paths(text))]


def _paths(value: Any) -> list[str]:
    """Return the files that a parameter names: one, many, or the `file` of a chart."""
    if isinstance(value, Mapping):
        value = value.get("file") or ()
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _is_there(paths: Iterable[str], made: Collection[str] | None) -> bool:
    """Whether files are there as they will be when the step runs."""
    return made is not None and all(
        path not in made and os.path.exists(path)  # noqa: PTH110
        for path in paths
    )


def _is_known(name: str, value: Any, made: Collection[str] | None) -> bool:
    """Whether a parameter, or an input, that says something can be read now."""
    if name == "template":
        return False  # its values may come later
    if name == "images":
        return True  # their names are all that the request has of them
    if _is_literal(name, value):
        return True
    if isinstance(value, Mapping) and not value.get("file"):
        return False  # a chart of the step's table
    paths = _paths(value)
    return _is_there(paths, made) and not any(path.endswith(".j2") for path in paths)


def _is_literal(name: str, value: Any) -> bool:
    """Whether a parameter is the content itself, and not the name of a file that has it."""
    if name != "blocks" or not value:
        return False
    files = value if isinstance(value, list) and isinstance(value[0], str) else [value]
    return not (isinstance(files[0], str) and is_block_file(files[0]))


def _check_template(value: Any, rule: str, made: Collection[str] | None) -> None:
    """Refuse a template that is not valid, as far as it is there; its values come later."""
    if not isinstance(value, str) or not value:
        return
    if not templates.is_file(value):
        templates.check(value, rule=rule)
    elif _is_there([value], made):
        templates.check(data_files.text_of(value), name=value, rule=rule)


def possible_steps(workflow: Any) -> dict[str, str | None]:
    """Return rule → key file of the steps that a checkpoint may add to a run.

    Args:
        workflow: Snakemake's, with a DAG.
    """
    return {rule.name: _key_of(rule) for rule in possible_rules(workflow)}


def _key_of(rule: Any) -> str | None:
    given = named(rule.params).get("encrypted_key")
    section = section_of(config_of(rule))
    key = given if isinstance(given, str) and given else section.get("encrypted_key")
    return str(key) if key else None
