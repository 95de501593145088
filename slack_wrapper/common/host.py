"""What the system around us tells: who runs this, and what git says of a folder.

Other programs need not know the password that may be in our environment.
"""

from __future__ import annotations

import os
from pathlib import Path

PASSWORD_VARIABLE = "SLACK_WRAPPER_PASSWORD"  # noqa: S105 - the name of a variable
GIT_SECONDS = 5.0


def environment() -> dict[str, str]:
    """Return our environment without the password, for the programs that we start."""
    return {key: value for key, value in os.environ.items() if key != PASSWORD_VARIABLE}


def git(*arguments: str, folder: Path | None = None, seconds: float = GIT_SECONDS) -> str | None:
    """Return what a git command prints, None when it fails or there is no git.

    Args:
        arguments: of git.
        folder: the one that is asked about, whatever git's own variables say; None for the
            working directory.
        seconds: that git has to answer.
    """
    import subprocess

    command, env = ["git", *arguments], environment()
    if folder is not None:
        command[1:1] = ["-C", str(folder)]
        env = {key: value for key, value in env.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def user() -> str:
    """Return the user's name; the number of one without a name, as in some containers."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
