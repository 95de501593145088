"""The command that runs something of a run again, as cards show it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RunAgain:
    """How to run some targets again.

    Args:
        command: for a shell; empty when it cannot be shown.
        note: what has to be said beside it; empty when there is nothing.
    """

    command: str
    note: str = ""


Again = Callable[[Sequence[str]], RunAgain]  # takes the targets


def plain(targets: Sequence[str]) -> RunAgain:
    """Return the command for a run of which nothing else is known."""
    return RunAgain(f"snakemake --cores all --rerun-incomplete {shlex.join(targets)}")
