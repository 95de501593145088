"""The command line by which a run was begun, as far as it is needed to run something of it again.

Only options that are known to hold nothing secret are repeated, so never `--config`.
"""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

# Those that decide what the workflow is and how its jobs find their software: attribute → option.
_PATHS = {
    "snakefile": "--snakefile",
    "directory": "--directory",
    "configfile": "--configfile",
    "profile": "--profile",
    "workflow_profile": "--workflow-profile",
}
_SWITCHES = {"use_conda": "--use-conda", "use_apptainer": "--use-apptainer"}
PLAIN = "snakemake --cores all"


def command(targets: Sequence[str]) -> str:
    """Return the command that makes `targets` again, the way this run was begun."""
    base, note = _base(tuple(sys.argv[1:]))
    # --rerun-incomplete also ends an option before it that takes several values.
    return f"{base} --rerun-incomplete {shlex.join(targets)}{note}"


@functools.cache
def _base(arguments: tuple[str, ...]) -> tuple[str, str]:
    """Return the command without targets, and what has to be said beside it."""
    cli = sys.modules.get("snakemake.cli")
    if cli is None:  # a run of somebody's own program
        return PLAIN, ""
    try:
        given, _ = cli.get_argument_parser().parse_known_args(arguments)
    except (Exception, SystemExit):  # noqa: BLE001 - its interface is its own
        return PLAIN, ""
    note = " with the same --config" if getattr(given, "config", None) else ""
    return shlex.join(["snakemake", *_cores(given), *_options(given)]), note


def _cores(given: Any) -> list[str]:
    if getattr(given, "executor", None):
        return ["--executor", str(given.executor), "--jobs", str(given.jobs or 1)]
    return ["--cores", str(getattr(given, "cores", None) or "all")]


def _options(given: Any) -> list[str]:
    words: list[str] = []
    for name, option in _PATHS.items():
        value = getattr(given, name, None)
        values = list(value) if isinstance(value, (list, tuple)) else [value] if value else []
        if values:
            by_place = name not in ("profile", "workflow_profile")
            words += [option, *(_path(str(one), given) if by_place else str(one) for one in values)]
    words += [option for name, option in _SWITCHES.items() if getattr(given, name, False)]
    methods = getattr(given, "software_deployment_method", None) or ()
    if methods:
        words += ["--software-deployment-method", *sorted(map(str, methods))]
    return words


def _path(path: str, given: Any) -> str:
    """Return a path that means the same in the working directory, which --directory has changed."""
    if not getattr(given, "directory", None):
        return path
    return os.path.normpath(os.path.join(os.environ.get("PWD", ""), path))  # noqa: PTH118
