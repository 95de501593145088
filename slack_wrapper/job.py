"""What a job of ours asks for: its parameters, input and output.

A job is what Snakemake gives a script or wrapper, or what it keeps itself before the job runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.session.request import FILE


def parts_of(job: Any) -> dict[str, Any]:
    """Return what `build` takes of a job, as Snakemake gives it to a script or keeps it itself.

    Raises:
        RequestError: a parameter, input or output is not as it must be.
    """
    params = named(job.params)
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
        "receipt": receipt_path(job),
        "rule": str(job.rule),
    }


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
        return (str(value),) if isinstance(value, str) else tuple(str(path) for path in value)
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


def _entries(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _width(value: Any) -> int:
    """Entries that a named value takes up in Snakemake's flat list."""
    return 1 if not _is_namedlist(value) else len(value)


def _is_namedlist(value: Any) -> bool:
    return type(value).__name__ in ("Namedlist", "Params", "InputFiles")
