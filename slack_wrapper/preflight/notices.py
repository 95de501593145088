"""The run's own messages, `slack.notify`: the people they mention and the files they bring."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.message.mentions import flat
from slack_wrapper.message.parameters import strings
from slack_wrapper.model.request import MESSAGE, WARN, Request
from slack_wrapper.preflight.findings import Finding
from slack_wrapper.preflight.people import mentioned
from slack_wrapper.session.port import SendingSession

AUTHOR = "author"  # of the last commit, who is known only then
_PATTERN = frozenset("*?[{")


def missing(
    session: SendingSession, section: Mapping[str, Any], made: Collection[str]
) -> list[Finding]:
    """Return what is known to be missing: people Slack does not know, files that nobody makes.

    Args:
        session: opens the key.
        section: the `slack:` section.
        made: files that jobs of the workflow make.

    Raises:
        SlackWrapperError: the key does not open.
    """
    requests = list(_posts(section))
    found = list(_files(section, made))
    if any(one.mention for one in requests):
        workspace = session.workspace(section.get("encrypted_key"))
        found += [one for one in mentioned(workspace, requests) if not one.good]
    return found


def _events(section: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the messages that are switched on, by name."""
    for name, terms in (section.get("notify") or {}).items():
        if isinstance(terms, Mapping):
            yield str(name), terms


def _posts(section: Mapping[str, Any]) -> Iterator[Request]:
    for name, terms in _events(section):
        try:
            who = flat(terms.get("mention"))
        except RequestError:
            continue  # the message itself tells of it
        people = tuple(one for one in who if one.lower() != AUTHOR)
        yield Request(MESSAGE, (), mention=people, mention_missing=WARN, rule=f"notify.{name}")


def _files(section: Mapping[str, Any], made: Collection[str]) -> Iterator[Finding]:
    for name, terms in _events(section):
        for path in strings(terms.get("files"), "files"):
            if path in made or _PATTERN.intersection(path) or os.path.exists(path):  # noqa: PTH110
                continue
            told = f"is not there, and no rule of this run makes it (notify.{name})"
            hint = "paths are relative to the working directory"
            yield Finding(f"file {path}", False, told, hint)
