"""The jobs of a Snakefile, planned by Snakemake and not run.

Seen on Snakemake 9.1.4 to 9.27: `snakemake.api` plans and runs, and gives no jobs; they are read
from `_workflow` behind it, after a dry run.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.errors import RequestError, SlackWrapperError, os_reason
from slack_wrapper.snakemake_adapter import our_rules
from slack_wrapper.snakemake_adapter.differs import told

_CHOICES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")


def planned(
    targets: Sequence[str],
    snakefile: str | None,
    configfile: str | None,
    rules: list[Any],
    choices: Callable[[], str],
) -> list[Any]:
    """Return the jobs that make some targets.

    Args:
        targets: files or rules; none for the workflow's own.
        snakefile: the workflow; None for the place where Snakemake looks.
        configfile: read beside the workflow's own.
        rules: is given the rules that are known by then, also when nothing can be planned.
        choices: returns, as a hint, what could be a target.

    Raises:
        RequestError: Snakemake cannot plan them.
        SnakemakeDiffers: this release plans in another way.
    """
    path = _readable(snakefile)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return _plan(targets, Path(path), [Path(configfile)] if configfile else [], rules)
    except SlackWrapperError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a Snakefile raises
        if type(error).__name__ == "MissingRuleException" and len(targets) == 1:
            raise RequestError(f"no rule makes {targets[0]}", hint=choices()) from None
        lines = str(error).strip().split("\n")
        reason = lines[0][:1].lower() + lines[0][1:].rstrip(".:")
        raise RequestError(
            f"Snakemake cannot plan {', '.join(targets) or path}: {reason}",
            hint=" ".join(line.strip() for line in lines[1:4]) or "run: snakemake -n",
        ) from None


def _readable(snakefile: str | None) -> str:
    """Return the path of the workflow.

    Raises:
        RequestError: there is none, or it cannot be read.
    """
    path = snakefile or next((one for one in _CHOICES if os.path.exists(one)), "")  # noqa: PTH110
    if not path:
        raise RequestError("there is no Snakefile here", hint="give it: --snakefile FILE")
    try:
        open_regular(path).close()
    except FileNotFoundError:  # Snakemake says so, and may find it elsewhere
        pass
    except OSError as error:
        raise RequestError(
            f"{path} cannot be read: {os_reason(error)}", hint="give it: --snakefile FILE"
        ) from None
    return path


def _plan(
    targets: Sequence[str], snakefile: Path, configfiles: list[Path], rules: list[Any]
) -> list[Any]:
    with told("how it plans"):
        from snakemake import api
        from snakemake.settings import types

        output = types.OutputSettings(dryrun=True, quiet={types.Quietness.ALL})
        resources = types.ResourceSettings(cores=1)
        config = types.ConfigSettings(configfiles=configfiles)
        wanted = types.DAGSettings(targets={*targets}, forcetargets=bool(targets))
    with api.SnakemakeApi(output) as snakemake:
        workflow = snakemake.workflow(
            resource_settings=resources, config_settings=config, snakefile=snakefile
        )
        dag = workflow.dag(wanted)
        with told("the workflow that it plans"):
            inner = workflow._workflow
        try:
            dag.execute_workflow(executor="dryrun")
        finally:
            rules += inner.rules
        with told("the jobs that it has planned"):
            return list(inner.dag.jobs)


def is_step(rule: Any) -> bool:
    """Whether the jobs of a rule post: it is one of ours, or has a wrapper with our name."""
    wrapper = str(getattr(rule, "wrapper", None) or "")
    if our_rules.posts(rule):
        return True
    return wrapper.rstrip("/").endswith(("/slack_wrapper", ":slack_wrapper"))
