"""What is kept of ours on a workflow: one attribute of Snakemake's object, which outlives parsing.

The rule files are parsed again by every `use rule … from`, with another config, but with the same
workflow (Snakemake 9.1.4 to 9.27).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_wrapper.common.redact import Secret

_NAME = "_slack_wrapper"


@dataclass
class Attached:
    """What is kept.

    Args:
        password: taken out of the config when the rules were parsed first.
        run: see `run.run.Run`; None before the rules have attached it.
        shown: what shows the run for the hooks, see `run.hooks`; None while nothing does.
    """

    password: Secret | None = None
    run: Any = None
    shown: Any = None


def of(workflow: Any) -> Attached:
    """Return what is kept on a workflow, made when it is first asked for."""
    found: Attached | None = getattr(workflow, _NAME, None)
    if found is None:
        found = Attached()
        setattr(workflow, _NAME, found)
    return found
