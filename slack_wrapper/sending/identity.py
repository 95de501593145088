"""What a post is: the content that Slack shows and where, never how it is to be sent.

A step that is killed and run again, under another policy, rule name or release, is known again by
this. A golden test pins the digests: those of posts that wait when somebody upgrades must not
change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.message import native_forms
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD, Request
from slack_wrapper.spool.entry import Entry, FileLook, plain_path

_PREFIX = "c1-"  # tells these digests from those of releases that hashed the whole request
# How a post is sent, and what it belongs to. Every other field of a request is content.
_HOW = frozenset({
    "on_failure", "post_at", "max_files", "receipt", "rule", "part", "living", "coalesce",
    "mention_missing", "native", "closes",
})  # fmt: skip
_FILES = ("files", "images")  # by name and bytes, not by path
_ATTACHED = "attached"  # they follow as posts of their own
# The last line that we make of a run's circumstances.
_MADE_FOOTER = re.compile(r"(rule `[^`]*`)?( · )?(commit `[^`]*`)?|[^\s@]+@[^\s@]+")
# The fields that a request had when its digest was one of all of them.
_OLD_FIELDS = (
    "option", "channels", "message", "files", "comment", "thread", "blocks", "fields", "color",
    "mention", "on_failure", "encrypted_key", "receipt", "rule", "images", "footer", "approval",
    "attached", "max_files", "part", "coalesce", "post_at", "living",
)  # fmt: skip


def digest_of(request: Request, files: Sequence[LocalFile] = ()) -> str:
    """Return what tells a post from another one of the same step.

    Args:
        request: with one channel.
        files: its files and images, checked; only their names count, see `is_same`.
    """
    content: dict[str, Any] = {}
    for spec in fields(Request):
        value = getattr(request, spec.name)
        if spec.name not in (*_HOW, *_FILES, _ATTACHED) and not _is_default(spec, value):
            content[spec.name] = value
    charts = native_forms.charts(request.native)
    if charts:  # of a table, the message has the text
        content["charts"] = charts
    content["encrypted_key"] = plain_path(request.encrypted_key or "")
    if "alt" in content:
        content["alt"] = {plain_path(path): text for path, text in request.alt.items()}
    if request.thread not in (RUN_THREAD, NO_THREAD):
        content["thread"] = plain_path(request.thread)
    if _MADE_FOOTER.fullmatch(request.footer):
        content.pop("footer", None)
    content["files"] = [file.name for file in files]
    whole = json.dumps(content, sort_keys=True, default=str)
    return _PREFIX + hashlib.sha256(whole.encode()).hexdigest()


def looks_of(files: Sequence[LocalFile]) -> list[FileLook]:
    """Return what files are now, for `Entry.looked_at`."""
    return [FileLook(file.size, file.identity[3]) for file in files]


def is_same(entry: Entry, request: Request, files: Sequence[LocalFile]) -> bool:
    """Whether what was written down is this very post, by its content and that of its files.

    A file is the same when it has not been touched, or has the same bytes. These are compared only
    where they are known: of files that were not uploaded yet nothing is in the channel.
    """
    if not entry.digest.startswith(_PREFIX):
        return _is_same_as_old(entry, request, files)
    if entry.digest != digest_of(request, files) or len(entry.looked_at) != len(files):
        return False
    return all(
        look == now or (look.size == now.size and _has_bytes(entry, number, file))
        for number, (look, now, file) in enumerate(
            zip(entry.looked_at, looks_of(files), files, strict=True)
        )
    )


def _has_bytes(entry: Entry, number: int, file: LocalFile) -> bool:
    """Whether a file has the bytes that were uploaded, or kept for later."""
    known = {kept.sha256 for path, kept in entry.files.items() if Path(path).name == file.name}
    posted = (entry.receipt or {}).get("files") or entry.progress.uploaded
    if number < len(posted):
        known.add(str(posted[number].get("sha256")))
    if not known:
        return False
    try:
        with file.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() in known
    except OSError:
        return False


def _is_same_as_old(entry: Entry, request: Request, files: Sequence[LocalFile]) -> bool:
    """Whether a post of a release that hashed the whole request, with its files, is this one.

    What was hashed is written down, but for the files' sizes and times: so the hash tells whether
    these have changed, and the rest is compared as it is today.
    """
    before = Request.from_dict(entry.request)
    paths = [*before.files, *before.images]
    if len(paths) != len(files):
        return False
    stored = [dict(entry.request), {name: getattr(request, name) for name in _OLD_FIELDS}]
    unchanged = any(_old_digest(one, paths, files) == entry.digest for one in stored)
    return unchanged and digest_of(before, files) == digest_of(request, files)


def _old_digest(
    request: Mapping[str, Any], paths: Sequence[str], files: Sequence[LocalFile]
) -> str:
    content = [
        {name: request[name] for name in _OLD_FIELDS if name in request},
        [[path, *file.identity[2:]] for path, file in zip(paths, files, strict=True)],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _is_default(spec: Any, value: object) -> bool:
    if spec.default_factory is not MISSING:
        return bool(value == spec.default_factory())
    return spec.default is not MISSING and bool(value == spec.default)
