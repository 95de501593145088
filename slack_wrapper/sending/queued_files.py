"""The files of a post that has waited: posted only if they are what they were.

Nobody sees bytes that were uploaded before the post shows them. So they are hashed while they are
uploaded, and only then compared: a large file is read once.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from slack_wrapper.client.local_file import LocalFile, check
from slack_wrapper.errors import FileChanged, FileMissing
from slack_wrapper.model.request import Request, title_of
from slack_wrapper.spool.entry import Entry, KeptFile


def unchanged(path: str, kept: KeptFile, request: Request, entry: Entry) -> LocalFile:
    """Return a queued file, to be uploaded only with the bytes that were to be posted.

    Raises:
        FileChanged: it has gone, or has another size.
    """
    try:
        file = check(
            _place(path, kept),
            title=title_of(request),
            name=Path(path).name,
            alt=request.alt.get(path, ""),
        )
    except FileMissing:
        raise _changed(path, entry) from None
    if file.size != kept.size:
        raise _changed(path, entry)
    return replace(file, sha256=kept.sha256)


def found_changed(error: FileChanged, entry: Entry) -> FileChanged:
    """Return what is told of a queued file that turned out to have changed when it was uploaded."""
    for path, kept in entry.files.items():
        if Path(_place(path, kept)) == error.path:
            return _changed(path, entry)
    return error


def _place(path: str, kept: KeptFile) -> str:
    """Return where a queued file lies: our own link or copy, else where it always was."""
    return kept.kept if kept.kept and Path(kept.kept).exists() else path


def _changed(path: str, entry: Entry) -> FileChanged:
    return FileChanged(
        f"the file {path} has changed, or gone, since it was queued",
        path=Path(path),
        hint=f"run its step again, and drop this one: slack-wrapper outbox --drop {entry.name}",
    )
