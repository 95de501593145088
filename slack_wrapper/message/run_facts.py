"""What a message may say of its run: where, by whom, from which commit. Found when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_wrapper.common.foreign import code, shown
from slack_wrapper.common.host import git, user

_DESCRIBE = ("describe", "--always", "--dirty", "--abbrev=7", "--exclude=*")


class Lazy(Mapping[str, Any]):
    """A mapping whose values are found when they are first asked for.

    Args:
        sources: name → what finds its value.
    """

    def __init__(self, sources: Mapping[str, Callable[[], Any]]) -> None:
        self._sources = dict(sources)
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = self._sources[name]()
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def run_facts(rule: str) -> Lazy:
    """Return the facts of a run. None of them changes between two tries of a step."""
    return Lazy(
        {
            "rule": lambda: rule,
            "commit": commit,
            "user": user,
            "host": _host,
            "folder": os.getcwd,
            "workflow": lambda: os.path.basename(os.getcwd()),  # noqa: PTH109, PTH119
        }
    )


def footer(rule: str) -> str:
    """Return the line that a message with a footer ends in."""
    version = commit()
    parts = (rule and f"rule {code(rule)}", version and f"commit {code(version)}")
    return " · ".join(part for part in parts if part) or shown(f"{user()}@{_host()}")


def commit() -> str:
    """Return the git commit of the working directory, `-dirty` with changes; empty without git."""
    return git(*_DESCRIBE) or ""


def _host() -> str:
    import socket

    return socket.gethostname()
