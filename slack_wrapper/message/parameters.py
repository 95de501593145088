"""The parameters of a step, checked once -> the request that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_wrapper.common.channel_form import plain
from slack_wrapper.common.valid_text import valid_within
from slack_wrapper.errors import RequestError
from slack_wrapper.message import coalescing, content, file_parameters, refusals
from slack_wrapper.message.content import Context, Sources
from slack_wrapper.message.mentions import flat
from slack_wrapper.message.parameter_names import APPROVAL_PARAMETERS
from slack_wrapper.message.refusals import named_step, one_of
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
    refusals.unknown(params, rule)
    defaults = defaults or {}
    paths = tuple(str(path) for path in files) or strings(params.get("file"), "file", rule)
    option = str(params.get("option") or (FILE if paths else MESSAGE)).lower()
    one_of(option, (MESSAGE, FILE, DIGEST, APPROVAL), "option", rule)
    sources = Sources(params, message_file, inputs or {}, context, receipt, rule)
    most = file_parameters.most_files(params.get("max_files"), named_step(rule))
    words = "comment" if option == FILE else "message"
    text = str(params.get(words) or "")
    title = str(params.get("message") or "") if option == FILE else ""
    if option == DIGEST:
        option = FILE if paths else MESSAGE
    said = content.said(sources, text)
    coalesced = coalescing.terms(params.get("coalesce"), named_step(rule))
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
        mention_missing=one_of(
            str(params.get("mention_missing") or defaults.get("mention_missing") or WARN),
            (WARN, FAIL),
            "mention_missing",
            rule,
        ),
        on_failure=one_of(
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
            params.get("alt"), (*paths, *images), said.attached, named_step(rule)
        ),
        post_at=_post_at(params.get("post_at"), rule),
        # Beside files, in questions and in shared messages stands the text.
        native=said.native if option == MESSAGE and not coalesced else {},
    )
    request = _sendable(request)
    refusals.empty(request)
    refusals.unfit(request, params)
    coalescing.refuse_unfit(request, named_step(rule))
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
        f"{named_step(rule)} has no channel",
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
    raise RequestError(f"{named_step(rule)}: {name} is neither a text nor a list of texts")


def _channel(entry: Any, rule: str) -> str:
    if isinstance(entry, Mapping) and set(entry) == {"email"}:
        return str(entry["email"]).strip()
    found = plain(entry) if isinstance(entry, str) else ""
    if found and "://" not in found and not found.startswith("@"):
        return found
    raise RequestError(
        f"{named_step(rule)}: a channel is neither a name, an ID, a link to a channel, nor "
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
        f"{named_step(rule)}: fields is not a mapping", hint="write fields: {name: value, …}"
    )


def _mention(value: Any, rule: str) -> tuple[str, ...]:
    try:
        return flat(value)
    except RequestError as error:
        raise RequestError(f"{named_step(rule)}: {error.message}", hint=error.hint) from None


def _thread(params: Mapping[str, Any], defaults: Mapping[str, Any], option: str) -> str:
    """Return where it is said; a question stands in the channel unless its step says otherwise."""
    usual = NO_THREAD if option == APPROVAL else defaults.get("thread") or RUN_THREAD
    return str(params.get("thread") or usual)


def _path(value: Any) -> str | None:
    return str(value) if value else None


def _post_at(value: Any, rule: str) -> str:
    if value is None or value == "":
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
    if text != NOW:
        from slack_wrapper.common import durations  # spares the other steps what it imports

        durations.moment(text, f"{named_step(rule)}: post_at", 0.0)
    return text


def _approval(params: Mapping[str, Any], option: str, rule: str) -> dict[str, Any]:
    if option == APPROVAL:
        from slack_wrapper.message import approval_terms  # spares other steps 1 ms

        return approval_terms.terms(params, named_step(rule)).to_dict()
    for name in APPROVAL_PARAMETERS:
        if params.get(name) is not None:
            raise RequestError(
                f"{named_step(rule)}: {name} goes with option approval only",
                hint="use the rule slack_approval, or set option: approval",
            )
    return {}
