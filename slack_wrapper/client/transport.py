"""The one gate through which every call to Slack goes, and what all its kinds have in common.

There are two: the Web API (`web_api`) and an incoming webhook (`webhook`). Of both it holds that
every outcome is a result or one of our errors (`outcome`), and that nothing is repeated here:
`retry` alone decides what is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Protocol, Self
from urllib.parse import urlsplit

from slack_wrapper.client.http import proxy_of
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.shapes import is_safe
from slack_wrapper.errors import ConfigError

UPLOAD = "upload"  # what the errors call the POST of a file's bytes


class Transport(Protocol):
    """What carries calls to one workspace, or to one channel of it.

    Attributes:
        base_url: address that the calls go to; without what is secret in it.
        bot: the bot's user name, as far as it is known.
        team_id: the workspace that a token of an organization looks things up in; may be empty.
        team_url: address of the workspace, such as `https://lab.slack.com/`; empty until known.
        fingerprint: names what Slack's limits belong to; tells nothing of the secret.
        links: what `permalinks.permalink` has learned.
        lookups: bounds the repetitions of calls that only ask for something.
    """

    base_url: str
    bot: str
    team_id: str
    team_url: str
    fingerprint: str
    links: dict[tuple[str, str | None], str]
    lookups: RetryPolicy

    @property
    def proxy(self) -> str | None:
        """Address of the proxy that calls go through, without its password; None: directly."""
        ...

    def quicker(self, timeout: float) -> Self:
        """Return one for the same place that waits less long for an answer.

        Args:
            timeout: seconds for a whole answer.
        """
        ...

    def call(self, method: str, params: Mapping[str, Any], *, about: str = "") -> dict[str, Any]:
        """Call a method.

        Args:
            method: such as `chat.postMessage`.
            params: its arguments; None values are left out.
            about: what the call is about, for errors, such as `channel librec_channel`.

        Returns:
            The answer, with at least what `methods` says of it.

        Raises:
            SlackRefused: a permanent refusal, with the remedy for its code.
            SlackUnavailable: nothing was done; a later try may pass.
            SlackAmbiguous: the call may have been carried out.
        """
        ...

    def call_with_headers(
        self, method: str, params: Mapping[str, Any], *, about: str = ""
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Do what `call` does, and return the headers of the answer too, names in lower case."""
        ...

    def learn_bot(self) -> None:
        """Ask for the bot's name, so that a hint can name it; without it the hint stays."""
        ...

    def upload(
        self,
        url: str,
        body: IO[bytes],
        size: int,
        *,
        about: str = "",
        timeout: float | None = None,
    ) -> None:
        """POST `size` bytes of `body` to an upload URL, streamed in blocks.

        Args:
            url: what files.getUploadURLExternal told.
            body: gives the bytes.
            size: how many.
            about: what the upload is about, for errors.
            timeout: seconds to wait for the answer after the last byte; None: as the size asks for.

        Raises:
            SlackUnavailable: the bytes did not arrive; get a new URL and try again. An unclear
                outcome is no danger here: an upload that is never completed is never seen.
        """
        ...


def check_base_url(url: str, *, what: str = "slack.base_url") -> None:
    """Refuse an address to which the token or a file would travel in the clear.

    Raises:
        ConfigError: the URL is neither https nor on this machine.
    """
    if is_safe(url):
        return
    try:
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        shown = "not an address"
    raise ConfigError(
        f"{what} is not an https address: {shown}",
        hint="use https; plain http is accepted on 127.0.0.1 only, as for the sandbox",
    )


def shown_proxy(url: str) -> str | None:
    """Return the proxy for an address without what is secret in it; None: directly."""
    found = proxy_of(url)
    return found.rpartition("@")[2].rpartition("//")[2].rstrip("/") if found else None
