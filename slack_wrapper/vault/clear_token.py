"""The clear-text token before it is encrypted: read, checked, and where it lies."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from slack_wrapper.common import regular_file
from slack_wrapper.common.host import git
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import FileUnreadable, TokenMalformed, os_reason
from slack_wrapper.vault.keyfile.lines import MAX_SECRET_BYTES
from slack_wrapper.vault.passwords.prompt import hidden
from slack_wrapper.vault.token_kind import BOT, WEBHOOK, remedy, secret_kind

STDIN = "-"
_GIT_SECONDS = 10.0


def read(path: str) -> Secret:
    """Return the token in a file, or on standard input for `-`, without white space around it.

    Raises:
        FileUnreadable: the file cannot be read.
        TokenMalformed: it holds nothing, several lines, or more than a token can be.
    """
    try:
        if path == STDIN and sys.stdin and sys.stdin.isatty():
            return ask() or Secret("")  # a terminal would show what is typed
        if path == STDIN:
            data = sys.stdin.buffer.read(MAX_SECRET_BYTES + 1)
        else:
            with regular_file.open_regular(path, inherited=True) as file:
                data = file.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(
            f"the clear-text key {path} cannot be read: {os_reason(error)}",
            hint="it is the file that holds the token itself; - reads it from standard input",
        ) from None
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise TokenMalformed(f"the clear-text key {path} is not UTF-8 text") from None
    if not text or len(data) > MAX_SECRET_BYTES or len(text.split()) > 1:
        raise TokenMalformed(f"the clear-text key {path} holds no single token")
    return Secret(text)


def ask() -> Secret | None:
    """Return the token that is typed or pasted at the terminal, unseen; None without a terminal.

    Raises:
        TokenMalformed: nothing was typed, or several words.
    """
    text = hidden("Slack token (not shown): ")
    if text is None:
        return None
    if len(text.split()) != 1:
        raise TokenMalformed("no single token was typed")
    return Secret(text.strip())


def warnings(path: str, token: Secret) -> list[str]:
    """Return what should be said of a clear-text key: its form, and the folder it lies in."""
    found = []
    kind = secret_kind(token.reveal())
    if kind is None:
        found.append(
            "this does not look like a Slack token (xoxb-…) or webhook URL; encrypted all the same"
        )
    elif kind not in (BOT, WEBHOOK):
        found.append(f"this looks like: {kind}; {remedy(kind)}")
    if path != STDIN:
        found.extend(_git_warnings(Path(path)))
    return found


def _git_warnings(path: Path) -> list[str]:
    ask = partial(git, folder=path.absolute().parent, seconds=_GIT_SECONDS)
    if ask("rev-parse", "--is-inside-work-tree") is None:
        return []
    if ask("ls-files", "--error-unmatch", "--", path.name) is not None:
        return [
            f"THE CLEAR-TEXT KEY {path} IS TRACKED BY GIT: revoke the token in Slack, make a new "
            "one, and keep its clear text outside the repository"
        ]
    return [f"the clear-text key {path} lies in a git work tree; move it away before you commit"]
