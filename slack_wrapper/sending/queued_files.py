"""The files of a post that has waited: posted only if they are what they were."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slack_wrapper.client.local_file import LocalFile, check
from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.errors import FileChanged, FileMissing
from slack_wrapper.model.request import Request, title_of
from slack_wrapper.spool.entry import Entry, KeptFile


def unchanged(path: str, kept: KeptFile, request: Request, entry: Entry) -> LocalFile:
    """Return a queued file, if it is still the one that was to be posted.

    Raises:
        FileChanged: it is not.
    """
    place = kept.kept if kept.kept and Path(kept.kept).exists() else path
    try:
        file = check(
            place,
            title=title_of(request),
            name=Path(path).name,
            alt=request.alt.get(path, ""),
        )
        with open_regular(file.path) as content:
            same = hashlib.file_digest(content, "sha256").hexdigest() == kept.sha256
    except (FileMissing, OSError):
        same = False
    if not same:
        raise FileChanged(
            f"the file {path} has changed, or gone, since it was queued",
            hint=f"run its step again, and drop this one: slack-wrapper outbox --drop {entry.name}",
        )
    return file
