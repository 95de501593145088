"""Keeping the files of a post that waits: what they were, and a link or copy where needed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from slack_wrapper.delivery.entry import KeptFile

_BLOCK = 1 << 20


def keep(path: str, folder: Path, *, temporary: Callable[[str], bool]) -> KeptFile:
    """Write down what a file is, and keep it in `folder` if it might go.

    A hard link costs nothing and outlives the deletion of the file, as Snakemake does it before a
    rule runs again or after a `temp()` was used. Where there are none, only a temporary file is
    copied; another one is looked at again before it is posted.

    Args:
        path: the file.
        folder: for the link or copy; made when needed.
        temporary: whether a path is deleted by Snakemake after its use.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as file:  # noqa: PTH123
        size = os.fstat(file.fileno()).st_size
        while block := file.read(_BLOCK):
            digest.update(block)
    return KeptFile(size, digest.hexdigest(), _link_or_copy(path, folder, temporary))


def _link_or_copy(path: str, folder: Path, temporary: Callable[[str], bool]) -> str:
    """Return where it is kept, empty where it is not."""
    target = folder / Path(path).name
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():  # two files of one name in two folders
            target = folder / hashlib.sha256(path.encode()).hexdigest()[:8] / target.name
            target.parent.mkdir(exist_ok=True)
        try:
            os.link(os.path.realpath(path), target)
        except OSError:
            if not temporary(path):
                return ""
            shutil.copyfile(path, target)
        return str(target)
    return ""
