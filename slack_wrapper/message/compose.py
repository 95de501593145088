"""A request → what Slack shows: text in parts that fit, blocks, colour, mentions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common.text import shorten
from slack_wrapper.common.text_parts import split
from slack_wrapper.errors import RequestError
from slack_wrapper.message import beside_files, native_forms
from slack_wrapper.message.block_limits import MAX_SECTION_FIELDS, faults, fit
from slack_wrapper.message.mentions import People, all_shown
from slack_wrapper.message.native_forms import sections
from slack_wrapper.model.request import FILE, Request

LATER = "more to it"  # the notification of blocks that follow a message
IMAGE = "image:"  # and a number: stands for the ID of an image that is not uploaded yet
MAX_PUSH = 300  # characters of a notification that is taken from blocks
MAX_ALT = 2000  # characters of an image block's alt_text
_COLOR = re.compile(r"good|warning|danger|#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Draft:
    """What one request sends to each of its channels.

    Args:
        parts: texts of the message and of the replies that continue it.
        blocks: of the first part.
        attachments: of the first part.
        later: blocks of one more reply, which a message with files does not show.
        plain: beside files, the same without blocks, for a workspace that refuses them.
        native: types of blocks in it that Slack may refuse, and for which it has another form.
        whole: whether it shows all that the step has to say, with nothing to be read in a file.
    """

    parts: tuple[str, ...]
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)
    plain: Draft | None = None
    native: tuple[str, ...] = ()
    whole: bool = False

    def replies(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return text and blocks of each reply that continues the message."""
        texts: list[tuple[str, list[dict[str, Any]]]] = [(text, []) for text in self.parts[1:]]
        return [*texts, (LATER, self.later)] if self.later else texts


def compose(
    request: Request, people: People, *, link: str = "", avoid: Collection[str] = ()
) -> Draft:
    """Return the draft of a message, or of the text that accompanies files.

    Args:
        request: what is to be said.
        people: finds the IDs of those who are mentioned.
        link: address of the run's root message, for the footer.
        avoid: types of blocks that the workspace does not take, see `native_forms.forms`.

    Raises:
        RequestError: something is over a limit of Slack's that cannot be split.
    """
    said = request.comment if request.option == FILE else request.message
    if request.closes:
        from slack_wrapper.message.approval_terms import until  # spares other posts 1 ms

        said = f"{said} _Open {until(request.closes)}._"
    mentioned = all_shown(request.mention, people, request.mention_missing)
    text = " ".join([*mentioned, said]).strip()
    footer = _footer(request, link)
    blocks = [*request.blocks, *field_blocks(request), *_image_blocks(request), *_last(footer)]
    check_blocks(blocks, request)
    if request.color and not _COLOR.fullmatch(request.color):
        raise RequestError(
            f"{step_name(request)}: color is {request.color}",
            hint="use good, warning, danger or a form like #36a64f",
        )
    if request.option == FILE:
        return _with_files(request, text, footer)
    if request.native:
        before = " ".join([*mentioned, str(request.native.get("text") or "")]).strip()
        draft = _drawn(before, blocks, request, avoid)
        if draft is not None:
            return draft
    if not request.color:
        return _plain(text, blocks, request)
    parts = tuple(split(text))
    body = [*sections(text), *blocks]
    fallback = parts[0] if parts else _fallback(request)
    if len(parts) > 1 or not fit(body):  # too much for a coloured bar: the text as text
        return Draft(parts, [], [{"color": request.color, "blocks": blocks}] if blocks else [])
    return Draft(("",), [], [{"color": request.color, "blocks": body, "fallback": fallback}])


def field_blocks(request: Request) -> list[dict[str, Any]]:
    """Return `fields` as sections of two columns, ten fields each."""
    entries = [
        {"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in request.fields.items()
    ]
    return [
        {"type": "section", "fields": entries[start : start + MAX_SECTION_FIELDS]}
        for start in range(0, len(entries), MAX_SECTION_FIELDS)
    ]


def _image_blocks(request: Request) -> list[dict[str, Any]]:
    """Return one block an image; the file's ID is put in when Slack has told it."""
    return [
        {
            "type": "image",
            "slack_file": {"id": f"{IMAGE}{number}"},
            "alt_text": shorten(
                request.alt.get(path) or path.rpartition("/")[2], MAX_ALT, plain=True
            ),
        }
        for number, path in enumerate(request.images)
    ]


def with_images(part: Any, identifiers: Sequence[str]) -> Any:
    """Return blocks or attachments with the IDs of the images that a draft left open."""
    if isinstance(part, list):
        return [with_images(one, identifiers) for one in part]
    if not isinstance(part, dict):
        return part
    number = str(part.get("id")).removeprefix(IMAGE)
    if f"{IMAGE}{number}" == part.get("id") and number in map(str, range(len(identifiers))):
        return {"id": identifiers[int(number)]}
    return {name: with_images(value, identifiers) for name, value in part.items()}


def check_blocks(blocks: list[dict[str, Any]], request: Request) -> None:
    """Refuse blocks over Slack's limits, with the path of the one at fault.

    Raises:
        RequestError: nothing was sent.
    """
    for fault in faults(blocks):
        raise RequestError(f"{step_name(request)}: {fault.path} {fault.told}", hint=fault.hint)


def _footer(request: Request, link: str) -> str:
    """Return the last line; only a footer that is asked for has the link."""
    return f"{request.footer} · <{link}|the run>" if request.footer and link else request.footer


def _plain(text: str, blocks: list[dict[str, Any]], request: Request) -> Draft:
    parts = tuple(split(text)) or (_fallback(request),)
    if not blocks:
        return Draft(parts)
    if len(parts) > 1 or not text:  # the whole text first, the blocks where they fit
        shown = blocks if not text else []
        later = [] if not text else [{"blocks": blocks}]
        return Draft(parts, shown, later)
    whole = [*sections(text), *blocks]
    return Draft(parts, whole) if fit(whole) else Draft(parts, [], [{"blocks": blocks}])


def _drawn(
    text: str, blocks: list[dict[str, Any]], request: Request, avoid: Collection[str]
) -> Draft | None:
    """Return a message with the tables and charts that Slack draws; None where the text is to be.

    Beside a colour they are no part of the attachment: where data tables and charts may stand in
    one is not known.
    """
    forms = native_forms.forms(request.native, avoid)
    parts = tuple(split(text)) or (native_forms.summary(request.native) or _fallback(request),)
    if not forms.kinds or len(parts) > 1:
        return None
    attachments: list[dict[str, Any]] = []
    if request.color and blocks:
        attachments, blocks = [{"color": request.color, "blocks": blocks}], []
    elif request.color:
        text = f"{beside_files.square(request.color)} {text}".strip()
    whole = [*sections(text), *forms.blocks, *blocks]
    if not fit(whole):
        return None
    return Draft(parts, whole, attachments, native=forms.kinds, whole=forms.whole)


def _last(footer: str) -> list[dict[str, Any]]:
    if not footer:
        return []
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]}]


def _with_files(request: Request, text: str, footer: str) -> Draft:
    """Return what is said beside files: as blocks, and as a plain text where these are refused."""
    if request.images:
        raise RequestError(
            f"{step_name(request)}: images cannot be combined with option file",
            hint="name them as files; Slack shows pictures among the files",
        )
    if request.color:
        text = f"{beside_files.square(request.color)} {text}".strip()
    named = [f"*{name}*: {value}" for name, value in request.fields.items()]
    lines = [line for line in (text, *named, footer) if line]
    own = list(request.blocks)
    plain = Draft(tuple(split("\n".join(lines))), later=own)
    parts = tuple(split(text))
    said = sections(parts[0]) if parts else []
    around = [*field_blocks(request), *_last(footer)]
    for blocks, later in (
        ([*said, *own, *around], []),
        ([*said, *around], own),
        (said, [*own, *around]),
    ):
        if fit(blocks) and beside_files.are_shown(blocks):
            return Draft(parts, blocks, later=later, plain=plain if blocks else None)
    return plain


def _fallback(request: Request) -> str:
    """Text for notifications when the message has blocks only: what a reader sees first."""
    first = first_words(request.blocks) or ", ".join(request.fields)
    return first or f"a message of the step {request.rule or 'slack-wrapper'}"


def first_words(blocks: Sequence[Mapping[str, Any]]) -> str:
    """Return what the first header or section of blocks says; empty if there is none."""
    for block in blocks:
        text = block.get("text")
        if block.get("type") in ("header", "section") and isinstance(text, Mapping):
            words = str(text.get("text") or "").strip()
            if words:
                return shorten(words, MAX_PUSH)
    return ""


def step_name(request: Request) -> str:
    """Return what errors call the post."""
    return f"step {request.rule}" if request.rule else "the post"
