"""What a step, hook or command asks to be posted: plain data, checked once, no secret in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_wrapper.common import decoding
from slack_wrapper.errors import RequestError

MESSAGE = "message"
FILE = "file"
APPROVAL = "approval"
DIGEST = "digest"  # a message, or files with a text, whichever the inputs make it
NOW = "now"  # as `post_at`: at once, even in quiet hours
RUN_THREAD = "run"
NO_THREAD = "none"
QUEUE = "queue"
FAIL = "fail"
WARN = "warn"
ON_FAILURE = (QUEUE, FAIL, WARN)


@dataclass(frozen=True)
class Request:
    """One post to one or more channels.

    Args:
        option: `message`, `file` or `approval`.
        channels: names, IDs, or e-mail addresses of people (direct message), at least one.
        message: the text, or for files their title.
        files: paths relative to the working directory.
        comment: text of the message that carries the files.
        thread: `run`, `none`, or the path of another step's receipt.
        blocks: Block Kit blocks.
        fields: name → value, shown in two columns.
        color: of the bar beside the message: `good`, `warning`, `danger` or `#rrggbb`.
        mention: whom, as `mentions.flat` gives it.
        on_failure: `queue`, `fail` or `warn`.
        encrypted_key: path of the key file; None for $SLACK_BOT_TOKEN.
        receipt: path of the receipt, which identifies the step in its workflow; may be empty.
        rule: name of the rule, for errors; may be empty.
        images: files shown inside a message, in blocks of their own.
        footer: last line of the message, in small letters.
        approval: terms of an approval, see `approval_terms`; empty for other options.
        attached: files that follow in the message's thread.
        max_files: how many files one message takes; 0 for the usual number.
        alt: path → what those hear of a picture who do not see it.
        post_at: when it goes out: an ISO time, a duration, or `now`; empty for as soon as it may.
        closes: when a question's time is up, in seconds since the epoch; 0 if it is none.
        living: whether the message is going to be changed, so that it has to be ours to post.
        part: which of the messages that follow the first one; 0 for the first.
        coalesce: title and window of the message that it shares, see `coalescing`; may be empty.
        broadcast: whether a reply is shown in the channel too.
        mention_missing: `warn`: who is mentioned and unknown to Slack is left out; or `fail`.
        native: the message with what Slack draws itself, see `message.native_forms`; may be empty.
    """

    option: str
    channels: tuple[str, ...]
    message: str = ""
    files: tuple[str, ...] = ()
    comment: str = ""
    thread: str = NO_THREAD
    blocks: tuple[dict[str, Any], ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    color: str = ""
    mention: tuple[str, ...] = ()
    on_failure: str = "fail"
    encrypted_key: str | None = None
    receipt: str = ""
    rule: str = ""
    images: tuple[str, ...] = ()
    footer: str = ""
    approval: Mapping[str, Any] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    max_files: int = 0
    alt: Mapping[str, str] = field(default_factory=dict)
    part: int = 0
    coalesce: Mapping[str, Any] = field(default_factory=dict)
    post_at: str = ""
    living: bool = False
    closes: float = 0.0
    broadcast: bool = False
    mention_missing: str = FAIL
    native: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The channels, for errors."""
        word = "channel" if len(self.channels) == 1 else "channels"
        return f"{word} {', '.join(self.channels)}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` takes, for JSON."""
        return dict(vars(self))

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Request:
        """Return the request that `to_dict` wrote, also that of another release.

        Raises:
            RequestError: a value is not of its type.
        """
        try:
            return decoding.record(Request, data, "request")
        except ValueError as error:
            raise RequestError(
                f"what was written down is not a request: {error}",
                hint="use the same release of snakemake-slack-wrapper in the run and in its jobs",
            ) from None


def title_of(request: Request) -> str | None:
    """Return the title of a request's file in Slack; None for its name, or when there are more."""
    return request.message if len(request.files) == 1 and request.message else None
