"""Putting our `slack-post.py` where librec-auto looks for its own."""

from __future__ import annotations

import os
from pathlib import Path

from slack_wrapper.common import atomic_files
from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.errors import RequestError, os_reason
from slack_wrapper.librec import slack_post
from slack_wrapper.librec.study import SCRIPT_NAMES


def install(folder: str | os.PathLike[str]) -> list[Path]:
    """Write the script under both of its names; another file there is kept as NAME.bak.

    Raises:
        RequestError: it cannot be written there.
    """
    content = Path(slack_post.__file__).read_bytes()
    written = []
    try:
        for name in SCRIPT_NAMES:
            path = Path(folder) / name
            backup = path.with_name(f"{name}.bak")
            if path.exists() and read_bytes(path) != content and not backup.exists():
                path.rename(backup)
            atomic_files.write(path, content)
            path.chmod(0o755)
            written.append(path)
    except OSError as error:
        raise RequestError(
            f"{folder} cannot be written: {os_reason(error)}",
            hint="give a folder that exists, such as one beside the study",
        ) from None
    return written
