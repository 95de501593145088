"""Where and of what a run is: asked of the system once, when it begins."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slack_wrapper.redact import redact
from slack_wrapper.texts import escape
from slack_wrapper.vault.password_sources import VARIABLE

_GIT_SECONDS = 5.0


@dataclass(frozen=True)
class Facts:
    """What does not change during a run.

    Args:
        name: of the workflow: that of its folder.
        user, host, folder: where it runs.
        commit: of the folder's git repository, with its branch; empty without one.
        snakemake: Snakemake's version; empty when it is not known.
    """

    name: str
    user: str
    host: str
    folder: str
    commit: str = ""
    snakemake: str = ""

    def lines(self, began: float | None) -> list[str]:
        """Return them for the small print; with the start as each reader's own clock shows it."""
        lines = [f"{escape(self.user)}@{escape(self.host)}", f"`{escape(self.folder)}`"]
        if self.commit:
            lines.append(f"git {escape(self.commit)}")
        if self.snakemake:
            lines.append(f"Snakemake {escape(self.snakemake)}")
        if began is not None:
            shown = f"{datetime.fromtimestamp(began):%Y-%m-%d %H:%M}"
            stamp = f"<!date^{int(began)}^{{date_short_pretty}} {{time}}|{shown}>"
            lines.append(f"started {stamp}")
        return lines


def gather(snakemake: str = "") -> Facts:
    """Ask the system. The commit comes from git, which has a few seconds to answer."""
    folder = Path.cwd()
    return Facts(
        name=redact(folder.name or str(folder)),
        user=_user(),
        host=socket.gethostname(),
        folder=redact(_short(folder)),
        commit=redact(_commit()),
        snakemake=snakemake,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return str(os.getuid())


def _short(folder: Path) -> str:
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)


def _commit() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    branch = _git("rev-parse", "--abbrev-ref", "HEAD") if commit else ""
    return f"{commit} ({branch})" if branch and branch != "HEAD" else commit


def _git(*arguments: str) -> str:
    """Return one line of git's; it need not know the password that may be in our environment."""
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    try:
        done = subprocess.run(
            ["git", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
