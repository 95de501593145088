"""A workflow step: Snakemake's job object in, receipt out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper import atomic
from slack_wrapper.errors import RequestError, SlackWrapperError, os_reason
from slack_wrapper.redact import redact
from slack_wrapper.session.base import Session
from slack_wrapper.session.request import FILE, Request, build


def run(snakemake: Any) -> int:
    """Post what the job asks for and write its receipt; return the exit code.

    Args:
        snakemake: the object that Snakemake gives a script or wrapper.
    """
    try:
        request = request_of(snakemake)
        receipt = session_of(snakemake.config).post(request)
        write_receipt(request.receipt, receipt)
    except SlackWrapperError as error:
        report(snakemake, error)
        return error.exit_code
    return 0


def request_of(snakemake: Any) -> Request:
    """Return the request of a job.

    Raises:
        RequestError: a parameter, input or output is not as it must be.
    """
    params = named(snakemake.params)
    if len(snakemake.params) > sum(_width(value) for value in params.values()):
        raise RequestError(
            f"step {snakemake.rule} has a parameter without a name",
            hint="write params: message='…'",
        )
    section = section_of(snakemake.config)
    inputs = named(snakemake.input)
    return build(
        params,
        defaults=section,
        files=_files(snakemake, inputs, params),
        message_file=_message_file(inputs, params, snakemake.rule),
        receipt=receipt_path(snakemake),
        rule=str(snakemake.rule),
    )


def section_of(config: Any) -> Mapping[str, Any]:
    """Return the `slack:` section of a config, empty when there is none.

    Raises:
        ConfigError: it is no mapping.
    """
    section = config.get("slack") if isinstance(config, Mapping) else None
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        from slack_wrapper.errors import ConfigError

        raise ConfigError("config: slack is no mapping", hint="write slack: with its keys below it")
    return section


def named(values: Any) -> dict[str, Any]:
    """Return the named entries of Snakemake's input or params."""
    return dict(values.items())


def write_receipt(path: str, receipt: Mapping[str, Any]) -> None:
    """Write a receipt whole or not at all.

    Raises:
        RequestError: it cannot be written.
    """
    text = json.dumps(receipt, indent=2, ensure_ascii=False) + "\n"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
        atomic.write(path, text.encode("utf-8"))
    except OSError as error:
        raise RequestError(
            f"the receipt {path} cannot be written: {os_reason(error)}",
            hint="the post itself is done; check the folder and the free space",
        ) from None


def report(snakemake: Any, error: SlackWrapperError) -> None:
    """Say what went wrong on stderr, and in the rule's log file if it has one."""
    text = redact(f"slack_wrapper: error: {error}")
    print(text, file=sys.stderr, flush=True)
    for path in list(snakemake.log)[:1]:
        try:
            with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123
                log.write(text + "\n")
        except OSError:
            return


def session_of(config: Any) -> Session:
    """Return the session that the main process serves, else one of this process."""
    from slack_wrapper.session.remote import RemoteSession

    remote = RemoteSession.reachable()
    if remote is not None:
        return remote
    from slack_wrapper.session.open import open_local

    return open_local(section_of(config))


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


def _entries(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _width(value: Any) -> int:
    """Entries that a named value takes up in Snakemake's flat list."""
    return 1 if not _is_namedlist(value) else len(value)


def _is_namedlist(value: Any) -> bool:
    return type(value).__name__ in ("Namedlist", "Params", "InputFiles")
