"""What a step says of its files: how many one message takes, and what people hear of a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_wrapper.errors import RequestError

# Files of one message; a fifteenth is an internal_error: slackapi/python-slack-sdk#1653
MAX_SHARED_FILES = 14
BATCH = 10  # files of one message where the step names no number, as in Slack's own composer
_ALT_HINT = "write alt: a text, a list with a text per file, or {file: text}"


def most_files(value: Any, step: str) -> int:
    """Return `max_files`, how many files one message takes.

    Args:
        value: the parameter; nothing for the usual number.
        step: for errors.

    Raises:
        RequestError: it is not a number, or Slack takes fewer.
    """
    if value is None or value == "":
        return BATCH
    try:
        count = int(value)
    except (TypeError, ValueError):
        count = 0
    if 1 <= count <= MAX_SHARED_FILES:
        return count
    raise RequestError(
        f"{step}: max_files is {value}",
        hint=f"it is how many files one message takes, 1 to {MAX_SHARED_FILES}; "
        "the rest follows in its thread",
    )


def shared(
    files: Sequence[str], tables: Sequence[str], most: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which files go in one message, and which follow; the whole table comes first.

    Args:
        files: of the step.
        tables: that hold in full what its text shows a part of.
        most: files of one message; 0 for all.
    """
    every = (*tables, *(path for path in files if path not in tables))
    return (every[:most], every[most:]) if most else (every, ())


def refuse_many(files: Sequence[str], step: str) -> None:
    """Refuse more files than a message takes, where they cannot be split.

    Raises:
        RequestError: there are more.
    """
    if len(files) > MAX_SHARED_FILES:
        raise RequestError(
            f"{step} has {len(files)} files, Slack takes {MAX_SHARED_FILES} in one message",
            hint="post the others by a step slack_file of their own",
        )


def alternatives(
    value: Any, paths: Sequence[str], tables: Sequence[str], step: str
) -> dict[str, str]:
    """Return path → what is told of it to those who do not see it.

    Args:
        value: the parameter `alt`: a text for a single file, a list in the order of the files, or a
            mapping from the files.
        paths: of the step's files and images.
        tables: that are posted too when the text shows a part of them; a list does not count them,
            as their length would decide.
        step: for errors.

    Raises:
        RequestError: it is of another form, or tells of what the step does not have.
    """
    if not value:
        return {}
    if isinstance(value, Mapping):
        told = {str(path): str(text) for path, text in value.items()}
    else:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, Sequence) or not all(isinstance(one, str) for one in texts):
            raise RequestError(f"{step}: alt is not a text, a list or a mapping", hint=_ALT_HINT)
        if len(texts) != len(paths):
            raise RequestError(
                f"{step}: alt has {len(texts)} texts for {len(paths)} files", hint=_ALT_HINT
            )
        told = dict(zip(paths, texts, strict=True))
    for path in told:
        if path not in (*paths, *tables):
            raise RequestError(f"{step}: alt names {path}, which it does not post", hint=_ALT_HINT)
    return told
