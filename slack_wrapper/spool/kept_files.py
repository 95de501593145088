"""Keeping the files of a post that waits: what they were, and a link or copy where needed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from slack_wrapper.spool import state_file
from slack_wrapper.spool.entry import KeptFile


def keep(path: str, folder: Path, *, changes: Callable[[str], bool], sha256: str = "") -> KeptFile:
    """Keep a file in `folder` as it is now, and write down what that is.

    A file that nothing writes in place, such as a rule's output, is kept by a hard link, which
    costs nothing and outlives its deletion, as Snakemake does it before a rule runs again. Where
    there are no links, it has to stay: it is looked at again before it is posted. Another file is
    copied.

    Args:
        path: the file.
        folder: for the link or copy; made when needed.
        changes: whether a path may be written in place, or is deleted by Snakemake after its use.
        sha256: of the bytes that are to be posted, in hex, where they were hashed already.

    Raises:
        OSError: it cannot be read, or has to be copied and cannot.
    """
    state_file.folder(folder)
    target = folder / Path(path).name
    if target.exists():  # two files of one name in two folders
        target = folder / hashlib.sha256(path.encode()).hexdigest()[:8] / target.name
        state_file.folder(target.parent)
    kept = _kept(path, target, changes(path))
    with (kept or Path(path)).open("rb") as file:
        digest = sha256 or hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    return KeptFile(size, digest, str(kept or ""))


def _kept(path: str, target: Path, copy: bool) -> Path | None:
    if copy:
        shutil.copy(path, target)  # as open as the file itself
        return target
    try:
        os.link(os.path.realpath(path), target)
    except OSError:
        return None
    return target
