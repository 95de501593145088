"""What is refused of a step's parameters: unknown ones, empty posts, what does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.message import file_parameters
from slack_wrapper.message.parameter_names import PARAMETERS
from slack_wrapper.model.request import APPROVAL, FILE, Request

_NOT_WITH_APPROVAL = {
    "on_failure": "an outage is waited for; what happens after the time limit says on_timeout",
    "comment": "the question is the message, with files too",
    "post_at": "it is asked when its inputs are there",
    "images": "give them as files: input: file=…",
    "max_files": "the files of a question are one message",
}
_SECRET_PARAMETERS = ("password", "token", "slack_token")


def one_of(value: str, allowed: tuple[str, ...], name: str, rule: str) -> str:
    """Return a value that is among those that are allowed.

    Raises:
        RequestError: it is not.
    """
    if value in allowed:
        return value
    raise RequestError(
        f"{named_step(rule)}: {name} is {value}", hint=f"{name} is one of: {', '.join(allowed)}"
    )


def unknown(params: Mapping[str, Any], rule: str) -> None:
    """Refuse a parameter that no step has, and secrets.

    Raises:
        RequestError: there is one.
    """
    for name in params:
        if name in PARAMETERS:
            continue
        if name in _SECRET_PARAMETERS:
            raise RequestError(
                f"{named_step(rule)}: {name} cannot be a parameter of a step, "
                "Snakemake writes parameters to its metadata and log",
                hint="use slack.password_command, the keyring (`slack-wrapper keyring set`) "
                "or the prompt",
            )
        from difflib import get_close_matches  # spares a step that is right 1 ms

        near = get_close_matches(name, PARAMETERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"parameters are: {', '.join(PARAMETERS)}"
        raise RequestError(f"{named_step(rule)} has an unknown parameter {name}", hint=hint)


def empty(request: Request) -> None:
    """Refuse a post that has nothing to say.

    Raises:
        RequestError: it has not.
    """
    if request.option == FILE and not request.files:
        raise RequestError(
            f"{named_step(request.rule)} has option file and no file",
            hint="name it: input: file='plot.png', or params: file='plot.png'",
        )
    said = request.message.strip() or request.blocks or request.fields or request.images
    if request.option != FILE and not said:
        raise RequestError(
            f"{named_step(request.rule)} has nothing to say",
            hint="set message, template, table, chart, blocks or fields, or "
            "input: message='summary.md'",
        )


def unfit(request: Request, params: Mapping[str, Any]) -> None:
    """Refuse what an approval cannot have.

    Raises:
        RequestError: it has it.
    """
    if request.option != APPROVAL:
        return
    file_parameters.refuse_many(request.files, named_step(request.rule))
    if len(request.channels) > 1:
        raise RequestError(
            f"{named_step(request.rule)} asks in {len(request.channels)} channels",
            hint="a question has one channel; mention those who are to see it",
        )
    for name, hint in _NOT_WITH_APPROVAL.items():
        if params.get(name):
            raise RequestError(
                f"{named_step(request.rule)}: {name} cannot be combined with option approval",
                hint=hint,
            )


def named_step(rule: str) -> str:
    """Return how an error names a step, by its rule; a post without one is `the post`."""
    return f"step {rule}" if rule else "the post"
