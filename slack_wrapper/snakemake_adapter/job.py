"""What a job of ours asks for: its parameters, input and output.

A job is what Snakemake gives a script or wrapper, or what it keeps itself before the job runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.common.redact import redact_log
from slack_wrapper.common.secret_names import confidential
from slack_wrapper.errors import RequestError
from slack_wrapper.message.content import INPUTS
from slack_wrapper.model.request import FILE


def parts_of(job: Any) -> dict[str, Any]:
    """Return what `build` takes of a job, as Snakemake gives it to a script or keeps it itself.

    Raises:
        RequestError: a parameter, input or output is not valid.
    """
    params = without_markup(named(job.params), job)
    if len(job.params) > sum(_width(value) for value in params.values()):
        raise RequestError(
            f"step {job.rule} has a parameter without a name",
            hint="write params: message='…'",
        )
    inputs = named(job.input)
    return {
        "params": params,
        "files": _files(job, inputs, params),
        "message_file": _message_file(inputs, params, job.rule),
        "inputs": {name: _paths(inputs[name]) for name in INPUTS if name in inputs},
        "receipt": receipt_path(job),
        "rule": str(job.rule),
    }


_SAID = ("message", "comment", "fields", "footer", "coalesce", "template", "blocks")


def without_markup(params: dict[str, Any], job: Any) -> dict[str, Any]:
    """Return parameters in which what wildcards and names of files bring is no markup of Slack's.

    What the author writes stays mrkdwn. Snakemake has put the values in already, so a value is told
    by itself: only those count that markup, line breaks or hidden characters are in.
    """
    from slack_wrapper.common.foreign import shown

    if params.get("mrkdwn"):
        return params
    values = {str(value) for value in (*_wildcards(job).values(), *job.input, *job.output)}
    values |= {value.rpartition("/")[2] for value in values}
    odd = sorted((one for one in values if one and shown(one) != one), key=len, reverse=True)
    if not odd:
        return params
    pattern = re.compile("|".join(map(re.escape, odd)))

    def clean(part: Any) -> Any:
        if isinstance(part, str):
            return pattern.sub(lambda found: shown(found[0]), part)
        if isinstance(part, Mapping):
            return {clean(name): clean(value) for name, value in part.items()}
        if isinstance(part, (list, tuple)):
            return [clean(value) for value in part]
        return part

    return {name: clean(value) if name in _SAID else value for name, value in params.items()}


def named(values: Any) -> dict[str, Any]:
    """Return the named entries of Snakemake's input or params."""
    return dict(values.items())


def receipt_path(snakemake: Any) -> str:
    """Return the path of the job's receipt, its one output.

    Raises:
        RequestError: the job has no output, or several.
    """
    if len(snakemake.output) == 1:
        return str(snakemake.output[0])
    raise RequestError(
        f"step {snakemake.rule} must have one output, its receipt",
        hint=f"write output: 'slack/{snakemake.rule}.json'",
    )


def _files(
    snakemake: Any, inputs: Mapping[str, Any], params: Mapping[str, Any]
) -> Iterator[str] | tuple[str, ...]:
    value = inputs.get("file")
    if value is not None:
        return _paths(value)
    if params.get("option") == FILE and not params.get("file"):
        taken = {id(entry) for value in inputs.values() for entry in _entries(value)}
        return tuple(str(path) for path in snakemake.input if id(path) not in taken)
    return ()


def _message_file(inputs: Mapping[str, Any], params: Mapping[str, Any], rule: str) -> str | None:
    value = inputs.get("message")
    if value is None:
        return None
    if not isinstance(value, str):
        raise RequestError(f"step {rule}: input.message is more than one file")
    if params.get("option") == FILE:
        raise RequestError(
            f"step {rule}: input.message cannot go with option file",
            hint="use params: comment='…' for the text beside the files",
        )
    return str(value)


def _paths(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str) else tuple(str(path) for path in value)


def _entries(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _width(value: Any) -> int:
    """Entries that a named value takes up in Snakemake's flat list."""
    return 1 if not _is_namedlist(value) else len(value)


def _is_namedlist(value: Any) -> bool:
    return type(value).__name__ in ("Namedlist", "Params", "InputFiles")


def context_of(job: Any, config: Any = None) -> dict[str, Any]:
    """Return what a template of a job may use; nothing secret is in it.

    Args:
        job: Snakemake's.
        config: of the workflow, where the job does not have it.

    The `slack:` section stays out of it, and so does whatever else of the config has a secret's
    name.
    """
    from slack_wrapper.message import data_files, run_facts

    inputs = named(job.input)
    kinds = {
        name: (lambda value=value: _read(value))
        for name, value in inputs.items()
        if all(data_files.suffix(path) in data_files.KINDS for path in _paths(value))
    }
    return {
        "wildcards": {name: str(value) for name, value in _wildcards(job).items()},
        "input": {name: _plain(value) for name, value in inputs.items()},
        "inputs": [str(path) for path in job.input],
        "params": {name: _plain(value) for name, value in named(job.params).items()},
        "config": without_secrets(job.config if config is None else config),
        "data": run_facts.Lazy(kinds),
        "run": run_facts.run_facts(str(job.rule)),
    }


def _wildcards(job: Any) -> Mapping[str, Any]:
    """Return the wildcards, of which Snakemake's own jobs have two forms."""
    found = getattr(job, "wildcards_dict", None)
    return found if found is not None else dict(job.wildcards.items())


def _read(value: Any) -> Any:
    """Return what is in the file of an input, or a list of it for several."""
    from slack_wrapper.message import data_files

    return (
        data_files.read(str(value))
        if isinstance(value, str)
        else [data_files.read(p) for p in _paths(value)]
    )


def without_secrets(config: Any) -> dict[str, Any]:
    """Return a copy of a config without its `slack:` section and without what names a secret.

    Keys named like a secret are left out at all depths, in lists too; in other values, what looks
    like a secret (a token, an address with a password) is masked.
    """
    section = config.get("slack")
    listed = section.get("template_config") if isinstance(section, Mapping) else None
    wanted = None if listed is None else [str(name) for name in listed]
    return {
        str(name): _open(value)
        for name, value in config.items()
        if str(name) != "slack"
        and not confidential(str(name))
        and (wanted is None or str(name) in wanted)
    }


def _open(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(name): _open(entry) for name, entry in value.items() if not confidential(str(name))
        }
    if isinstance(value, (list, tuple)):
        return [_open(entry) for entry in value]
    return redact_log(str(value)) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """Return Snakemake's values as plain ones, which a template can do nothing with but read."""
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, str) else value
