"""A job that failed, as cards and runs tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FailedJob:
    """One job that failed.

    Args:
        rule: its rule.
        wildcards: name → value.
        logs: its log files.
        outputs: what it should have made; enough to run it again.
        command: its shell command; empty when it has none.
        attempt: which attempt failed, counted from 1.
        attempts: how many there are at most; 0 when that is not known.
        exit_code: of its command; None when that is not known.
        error: what Snakemake, or a step of ours, said of it; not redacted.
    """

    rule: str
    wildcards: Mapping[str, str] = field(default_factory=dict)
    logs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    command: str = ""
    attempt: int = 1
    attempts: int = 0
    exit_code: int | None = None
    error: str = ""
