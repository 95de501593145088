"""Where and of what a run is: asked of the system once, when it begins."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slack_wrapper.common import foreign, run_name
from slack_wrapper.common.host import git, user
from slack_wrapper.common.redact import redact
from slack_wrapper.common.text import readers_time


@dataclass(frozen=True)
class Facts:
    """What does not change during a run.

    Args:
        name: of the workflow.
        user, host, folder: where it runs.
        commit: of the folder's git repository, with its branch; empty without one.
        snakemake: Snakemake's version; empty when it is not known.
        page: address of a page about the run; may be empty.
        log: path of Snakemake's own log; may be empty.
        quotes: whether what the logs of jobs say may be shown.
    """

    name: str
    user: str
    host: str
    folder: str
    commit: str = ""
    snakemake: str = ""
    page: str = ""
    log: str = ""
    quotes: bool = True

    def lines(self, began: float | None) -> list[str]:
        """Return them for the small print; with the start as each reader's own clock shows it."""
        lines = [
            f"{foreign.shown(self.user)}@{foreign.shown(self.host)}",
            foreign.code(self.folder),
        ]
        if self.commit:
            lines.append(f"git {foreign.shown(self.commit)}")
        if self.snakemake:
            lines.append(f"Snakemake {foreign.shown(self.snakemake)}")
        if began is not None:
            shown = f"{datetime.fromtimestamp(began):%Y-%m-%d %H:%M}"
            stamp = readers_time(int(began), shown)
            lines.append(f"started {stamp}")
        return lines


def gather(snakemake: str = "", *, name: str = "", page: str = "", log: str = "") -> Facts:
    """Ask the system. The commit comes from git, which has a few seconds to answer.

    Args:
        snakemake: its version.
        name: of the workflow, where the config gives one.
        page: address of a page about the run, where the config gives one.
        log: path of Snakemake's own log.
    """
    folder = Path.cwd()
    return Facts(
        name=redact(name or run_name.name()),
        user=user(),
        host=socket.gethostname(),
        folder=redact(_short(folder)),
        commit=redact(_commit()),
        snakemake=snakemake,
        page=page or run_name.page(),
        log=redact(os.path.relpath(log) if log else ""),
    )


def _short(folder: Path) -> str:
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)


def _commit() -> str:
    commit = git("rev-parse", "--short", "HEAD") or ""
    branch = git("rev-parse", "--abbrev-ref", "HEAD") if commit else ""
    return f"{commit} ({branch})" if branch and branch != "HEAD" else commit
