"""Whether a folder is ours alone; apart from `place`, as a step imports no more than it needs."""

from __future__ import annotations

import os
import stat


def is_private(folder: str | os.PathLike[str]) -> bool:
    """Whether this is a folder, no link to one, that belongs to us and nobody else can enter."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return ours and not stat.S_IMODE(found.st_mode) & 0o077
