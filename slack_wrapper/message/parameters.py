"""The parameters of a step, checked once -> the request that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_wrapper.common.channel_form import plain
from slack_wrapper.common.valid_text import valid_within
from slack_wrapper.errors import RequestError
from slack_wrapper.message import coalescing, content, file_parameters
from slack_wrapper.message.content import Context, Sources
from slack_wrapper.message.mentions import flat
from slack_wrapper.message.parameter_names import APPROVAL_PARAMETERS
from slack_wrapper.model.request import (
    APPROVAL,
    DIGEST,
    FAIL,
    FILE,
    MESSAGE,
    NO_THREAD,
    NOW,
    ON_FAILURE,
    RUN_THREAD,
    WARN,
    Request,
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
_NOT_WITH_APPROVAL = {
    "on_failure": "an outage is waited for; what happens after the time limit says on_timeout",
    "comment": "the question is the message, with files too",
    "post_at": "it is asked when its inputs are there",
    "images": "give them as files: input: file=…",
    "max_files": "the files of a question are one message",
}
_SECRET_PARAMETERS = ("password", "token", "slack_token")


def build(
    params: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any] | None = None,
    files: Iterable[str] = (),
    message_file: str | None = None,
    inputs: Mapping[str, Sequence[str]] | None = None,
    context: Context = dict,
    receipt: str = "",
    rule: str = "",
) -> Request:
    """Check the parameters of a step and return its request.

    Args:
        params: the step's parameters, `PARAMETERS`.
        defaults: the `slack:` section; gives channel, key, thread and on_failure where absent.
        files: the step's `input.file`, one or many.
        message_file: the step's `input.message`, a text or Markdown file.
        inputs: further inputs that are said, see `content.INPUTS`.
        context: gives what a template may use.
        receipt: the step's output.
        rule: the step's rule.

    Raises:
        RequestError: a parameter is unknown, missing or not of its form.
    """
    _refuse_unknown(params, rule)
    defaults = defaults or {}
    paths = tuple(str(path) for path in files) or strings(params.get("file"), "file", rule)
    option = str(params.get("option") or (FILE if paths else MESSAGE)).lower()
    _one_of(option, (MESSAGE, FILE, DIGEST, APPROVAL), "option", rule)
    sources = Sources(params, message_file, inputs or {}, context, receipt, rule)
    most = file_parameters.most_files(params.get("max_files"), _step(rule))
    words = "comment" if option == FILE else "message"
    text = str(params.get(words) or "")
    title = str(params.get("message") or "") if option == FILE else ""
    if option == DIGEST:
        option = FILE if paths else MESSAGE
    said = content.said(sources, text)
    coalesced = coalescing.terms(params.get("coalesce"), _step(rule))
    # Questions are one message; what shares a message with others is split when it is posted.
    one = 0 if option == APPROVAL or coalesced else most
    shared, attached = file_parameters.shared(paths, said.attached, one)
    if option == MESSAGE:
        shared, attached = (), said.attached
    images = sources.paths("images")
    request = Request(
        option=option,
        channels=channels(params.get("channel") or defaults.get("channel"), rule),
        message=title if option == FILE else said.text,
        files=shared,
        comment=said.text if option == FILE else str(params.get("comment") or ""),
        thread=_thread(params, defaults, option),
        blocks=content.blocks(sources),
        fields=_fields(params.get("fields"), rule),
        color=str(params.get("color") or ""),
        mention=_mention(params.get("mention"), rule),
        mention_missing=_one_of(
            str(params.get("mention_missing") or defaults.get("mention_missing") or WARN),
            (WARN, FAIL),
            "mention_missing",
            rule,
        ),
        on_failure=_one_of(
            FAIL  # a question that is not asked must not pass for one that is answered
            if option == APPROVAL
            else str(params.get("on_failure") or defaults.get("on_failure") or "queue"),
            ON_FAILURE,
            "on_failure",
            rule,
        ),
        encrypted_key=_path(params.get("encrypted_key") or defaults.get("encrypted_key")),
        receipt=receipt,
        rule=rule,
        approval=_approval(params, option, rule),
        images=images,
        footer=content.footer(sources),
        attached=attached,
        max_files=most,
        coalesce=coalesced,
        alt=file_parameters.alternatives(
            params.get("alt"), (*paths, *images), said.attached, _step(rule)
        ),
        post_at=_post_at(params.get("post_at"), rule),
        # Beside files, in questions and in shared messages stands the text.
        native=said.native if option == MESSAGE and not coalesced else {},
    )
    request = _sendable(request)
    _refuse_empty(request)
    _refuse_unfit(request, params)
    coalescing.refuse_unfit(request, _step(rule))
    return request


def _sendable(request: Request) -> Request:
    """Return a request whose texts can be sent; paths stay as they are, to be opened."""
    names = ("channels", "message", "comment", "blocks", "fields", "mention", "footer", "alt",
             "native")  # fmt: skip
    return replace(request, **{name: valid_within(getattr(request, name)) for name in names})


def channels(value: Any, rule: str = "") -> tuple[str, ...]:
    """Return the channels of a parameter: a name, an ID, `{email: …}`, or a list of these.

    Raises:
        RequestError: there is none, or one is not of these forms.
    """
    entries = value if isinstance(value, (list, tuple)) else [value]
    found = tuple(_channel(entry, rule) for entry in entries if entry)
    if found:
        return found
    raise RequestError(
        f"{_step(rule)} has no channel",
        hint="set the step's parameter channel, or slack.channel in the config",
    )


def strings(value: Any, name: str, rule: str = "") -> tuple[str, ...]:
    """Return a parameter that may be one text or a list of texts."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(str(entry) for entry in value)
    raise RequestError(f"{_step(rule)}: {name} is neither a text nor a list of texts")


def _channel(entry: Any, rule: str) -> str:
    if isinstance(entry, Mapping) and set(entry) == {"email"}:
        return str(entry["email"]).strip()
    found = plain(entry) if isinstance(entry, str) else ""
    if found and "://" not in found and not found.startswith("@"):
        return found
    raise RequestError(
        f"{_step(rule)}: a channel is neither a name, an ID, a link to a channel, nor "
        "{email: address}",
        hint="write channel: librec_channel, an ID (C…, for a person U…), or channel: {email: "
        "someone@lab.org}",
    )


def _fields(value: Any, rule: str) -> dict[str, str]:
    if not value:
        return {}
    if isinstance(value, Mapping):
        return {str(name): str(entry) for name, entry in value.items()}
    raise RequestError(
        f"{_step(rule)}: fields is not a mapping", hint="write fields: {name: value, …}"
    )


def _mention(value: Any, rule: str) -> tuple[str, ...]:
    try:
        return flat(value)
    except RequestError as error:
        raise RequestError(f"{_step(rule)}: {error.message}", hint=error.hint) from None


def _thread(params: Mapping[str, Any], defaults: Mapping[str, Any], option: str) -> str:
    """Return where it is said; a question stands in the channel unless its step says otherwise."""
    usual = NO_THREAD if option == APPROVAL else defaults.get("thread") or RUN_THREAD
    return str(params.get("thread") or usual)


def _path(value: Any) -> str | None:
    return str(value) if value else None


def _one_of(value: str, allowed: tuple[str, ...], name: str, rule: str) -> str:
    if value in allowed:
        return value
    raise RequestError(
        f"{_step(rule)}: {name} is {value}", hint=f"{name} is one of: {', '.join(allowed)}"
    )


def _refuse_unknown(params: Mapping[str, Any], rule: str) -> None:
    for name in params:
        if name in PARAMETERS:
            continue
        if name in _SECRET_PARAMETERS:
            raise RequestError(
                f"{_step(rule)}: {name} cannot be a parameter of a step, "
                "Snakemake writes parameters to its metadata and log",
                hint="use slack.password_command, the keyring (`slack-wrapper keyring set`) "
                "or the prompt",
            )
        from difflib import get_close_matches  # spares a step that is right 1 ms

        near = get_close_matches(name, PARAMETERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"parameters are: {', '.join(PARAMETERS)}"
        raise RequestError(f"{_step(rule)} has an unknown parameter {name}", hint=hint)


def _refuse_empty(request: Request) -> None:
    if request.option == FILE and not request.files:
        raise RequestError(
            f"{_step(request.rule)} has option file and no file",
            hint="name it: input: file='plot.png', or params: file='plot.png'",
        )
    said = request.message.strip() or request.blocks or request.fields or request.images
    if request.option != FILE and not said:
        raise RequestError(
            f"{_step(request.rule)} has nothing to say",
            hint="set message, template, table, chart, blocks or fields, or "
            "input: message='summary.md'",
        )


def _post_at(value: Any, rule: str) -> str:
    if value is None or value == "":
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
    if text != NOW:
        from slack_wrapper.common import durations  # spares the other steps what it imports

        durations.moment(text, f"{_step(rule)}: post_at", 0.0)
    return text


def _approval(params: Mapping[str, Any], option: str, rule: str) -> dict[str, Any]:
    if option == APPROVAL:
        from slack_wrapper.message import approval_terms  # spares other steps 1 ms

        return approval_terms.terms(params, _step(rule)).to_dict()
    for name in APPROVAL_PARAMETERS:
        if params.get(name) is not None:
            raise RequestError(
                f"{_step(rule)}: {name} goes with option approval only",
                hint="use the rule slack_approval, or set option: approval",
            )
    return {}


def _refuse_unfit(request: Request, params: Mapping[str, Any]) -> None:
    """Refuse what an approval cannot have."""
    if request.option != APPROVAL:
        return
    file_parameters.refuse_many(request.files, _step(request.rule))
    if len(request.channels) > 1:
        raise RequestError(
            f"{_step(request.rule)} asks in {len(request.channels)} channels",
            hint="a question has one channel; mention those who are to see it",
        )
    for name, hint in _NOT_WITH_APPROVAL.items():
        if params.get(name):
            raise RequestError(
                f"{_step(request.rule)}: {name} cannot be combined with option approval", hint=hint
            )


def _step(rule: str) -> str:
    return f"step {rule}" if rule else "the post"
