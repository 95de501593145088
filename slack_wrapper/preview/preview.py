"""A request → what Slack would show of it, and how much of Slack's limits it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common.text_parts import MAX_TEXT
from slack_wrapper.errors import RequestError
from slack_wrapper.message.block_limits import (
    MAX_BLOCKS,
    MAX_TEXT_SUM,
    Fault,
    doubts,
    faults,
    text_sum,
)
from slack_wrapper.message.compose import Draft, compose
from slack_wrapper.model.request import APPROVAL, Request
from slack_wrapper.sending import series


class Namesakes:
    """Stands for the people of a workspace: gives each name an ID, and knows which."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def user_id(self, email: str) -> str:
        """Return an ID that is this person's in the preview."""
        return self._of("U", email)

    user_named = anyone_named = user_id

    def group_named(self, handle: str) -> str:
        """Return an ID that is this group's in the preview."""
        return self._of("S", handle)

    def _of(self, kind: str, name: str) -> str:
        for identifier, known in self.names.items():
            if known == name and identifier[0] == kind:
                return identifier
        identifier = f"{kind}{len(self.names):08}"
        self.names[identifier] = name
        return identifier


@dataclass(frozen=True)
class Looks:
    """What Slack would show.

    Args:
        request: the post.
        draft: its texts and blocks; empty when `wrong` says why.
        followers: what follows in its thread.
        names: ID → name of those who are mentioned.
        wrong: what Slack would refuse.
        notes: what the preview does not know.
    """

    request: Request
    draft: Draft
    followers: tuple[Request, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    wrong: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def of(request: Request, notes: tuple[str, ...] = ()) -> Looks:
    """Return what a request would look like.

    Raises:
        RequestError: it is not valid for another reason than a limit.
    """
    if request.option == APPROVAL:
        from slack_wrapper.approvals.question import question

        request = question(request)
    people = Namesakes()
    followers = tuple(series.followers(request))
    notes += tuple(f"{one.path} {one.told} ({one.hint})" for one in doubts(request.blocks))
    try:
        draft = compose(request, people)
    except RequestError:
        wrong = tuple(faults(request.blocks))
        if not wrong:
            raise
        return Looks(request, Draft(()), followers, people.names, wrong, notes)
    if draft.native and draft.whole:
        followers = ()  # the files are the tables that the text would have cut
    return Looks(request, draft, followers, people.names, (), notes)


def used(looks: Looks) -> Iterator[str]:
    """Yield how much of Slack's limits a post takes."""
    draft = looks.draft
    for number, part in enumerate(draft.parts):
        where = f"reply {number}" if number else "text"
        if part:
            yield f"{where}: {len(part):,} of {MAX_TEXT:,} characters"
    for blocks in (draft.blocks, *(one.get("blocks") or [] for one in draft.attachments)):
        if blocks:
            size = text_sum(blocks)
            yield (
                f"blocks: {len(blocks)} of {MAX_BLOCKS}, {size:,} of about {MAX_TEXT_SUM:,} "
                "characters"
            )


def groups_of_blocks(draft: Draft) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield colour and blocks of a message and of its attachments."""
    if draft.blocks:
        yield "", draft.blocks
    for one in draft.attachments:
        yield str(one.get("color") or ""), one.get("blocks") or []
