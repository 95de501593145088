"""Asks Slack whether it takes blocks, without posting them: blocks.validate.

https://docs.slack.dev/reference/methods/blocks.validate. The method needs no token, and gets none.
It knows neither what a workspace does not have yet nor whether a file that blocks show is there.
Where it cannot be asked, that is told and is not an error: other servers may lack it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from slack_wrapper.client import outcome
from slack_wrapper.client.connection import Limits
from slack_wrapper.client.http import Http
from slack_wrapper.client.http_errors import Unanswered, Unsent
from slack_wrapper.client.transport import check_base_url
from slack_wrapper.common.foreign import one_line
from slack_wrapper.common.redact import redact

METHOD = "blocks.validate"
TIMEOUT = 10.0  # seconds
MAX_JSON = 100_000  # characters of blocks that it takes
_MAX_ANSWER = 1 << 20
_MOST = 20  # problems that are told


@dataclass(frozen=True)
class Problem:
    """What Slack does not take.

    Args:
        pointer: JSON pointer of the part, from the list of blocks on: `/0/text/text`.
        told: Slack's words.
    """

    pointer: str
    told: str

    @property
    def path(self) -> str:
        """The part as people write it: `blocks[0].text.text`."""
        parts = [part for part in self.pointer.split("/") if part]
        return "blocks" + "".join(f"[{one}]" if one.isdecimal() else f".{one}" for one in parts)


@dataclass(frozen=True)
class Verdict:
    """What Slack says of blocks.

    Args:
        problems: none when it takes them.
        unasked: why it could not be asked; empty when it was.
    """

    problems: tuple[Problem, ...] = ()
    unasked: str = ""


def validate(base_url: str, blocks: Sequence[Mapping[str, Any]]) -> Verdict:
    """Return what Slack says of the blocks of a message.

    Args:
        base_url: address of the Web API.
        blocks: of the message.

    Raises:
        ConfigError: the address is not https.
    """
    check_base_url(base_url)
    whole = json.dumps(blocks)
    if len(whole) > MAX_JSON:
        return Verdict(unasked=f"{METHOD} takes {MAX_JSON:,} characters, these are {len(whole):,}")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    limits = Limits(answer=TIMEOUT, send=TIMEOUT)
    body = urlencode({"blocks": whole}).encode()
    try:
        answer = Http().post(urljoin(base_url, METHOD), body, headers, limits, most=_MAX_ANSWER)
    except (Unsent, Unanswered) as failure:
        return Verdict(unasked=_harmless(failure))
    said = outcome.said_by(answer)
    if said.get("ok") is True:
        return Verdict()
    if said.get("ok") is not False or not isinstance(said.get("error"), str):
        return Verdict(unasked=f"the answer is not Slack's: {outcome.told_by(answer)}")
    problems = tuple(_problems(said.get("errors")))
    if said["error"] == "invalid_blocks" and problems:
        return Verdict(problems)
    return Verdict(unasked=_harmless(said["error"]))


def _problems(errors: Any) -> list[Problem]:
    found = errors if isinstance(errors, list) else []
    return [
        Problem(_harmless(one.get("pointer") or ""), _harmless(one.get("message") or "is refused"))
        for one in found[:_MOST]
        if isinstance(one, Mapping)
    ]


def _harmless(said: object) -> str:
    return redact(one_line(str(said)))[:300]
