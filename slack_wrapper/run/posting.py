"""A step's post from its request to what it prints, wherever the step is carried out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.model.receipt import PENDING, Receipt, deliveries, given_up
from slack_wrapper.model.request import Request
from slack_wrapper.session.port import Session


def settled(
    session: Session, request: Request, say: Callable[[str], None], wait: Callable[[float], None]
) -> Receipt:
    """Post; while the answer to a question is pending, wait and look again.

    Args:
        session: posts.
        request: the post.
        say: tells a person something.
        wait: waits for so many seconds, or raises.
    """
    told: set[str] = set()
    while True:
        receipt = session.post(request)
        if receipt.get("status") != PENDING:
            if "decision" in receipt and receipt["decision"] is None:
                say(f"no question is asked, and the run continues: {receipt['status']}")
            return receipt
        for line in _news(receipt):
            if line not in told:
                told.add(line)
                say(line)
        wait(receipt["wait"])


def preview(request: Request, receipt: Receipt) -> str:
    """Return what a dry run shows of the post, and write its page; empty if it was no dry run."""
    if deliveries(receipt)[0].get("status") != "dry_run":
        return ""
    from slack_wrapper.preview import preview as previews
    from slack_wrapper.preview import show

    out = io.StringIO()
    show.show(previews.of(request), show.place_of(request.receipt), out)
    return out.getvalue()


def error_text(error: SlackWrapperError) -> str:
    """Return what a step prints of an error."""
    return console.clean(f"{console.PREFIX} error: {error}")


def warnings(receipt: Receipt) -> list[str]:
    """Return what a step prints of a post that was given up, one line a channel."""
    return [console.clean(f"{console.PREFIX} warning: {line}") for line in given_up(receipt)]


def note(text: str, logs: list[str]) -> None:
    """Add a text to the first of a rule's log files, where it can be written."""
    for path in logs[:1]:
        try:
            with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123
                log.write(text + "\n")
        except OSError:
            return


def section_of(config: Any) -> Mapping[str, Any]:
    """Return the `slack:` section of a config, empty when there is none.

    Raises:
        ConfigError: it is not a mapping.
    """
    section = config.get("slack") if isinstance(config, Mapping) else None
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        from slack_wrapper.errors import ConfigError

        raise ConfigError(
            "config: slack is not a mapping", hint="write slack: with its keys below it"
        )
    return section


def _news(receipt: Receipt) -> Iterator[str]:
    """Yield what a terminal is told of a question, each line once."""
    if receipt["until"]:
        where = receipt["permalink"] or f"channel {receipt['channel_name']}"
        yield f"waits for an answer until {receipt['until']}: {where}"
    if receipt["trouble"]:
        yield f"goes on waiting: {receipt['trouble']}"
