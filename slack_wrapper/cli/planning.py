"""The steps of a Snakefile, as Snakemake plans them; no job is run."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from slack_wrapper.common.regular_file import open_regular
from slack_wrapper.errors import RequestError, SlackWrapperError, os_reason
from slack_wrapper.message.parameters import build
from slack_wrapper.preview import preview
from slack_wrapper.preview.preview import Looks
from slack_wrapper.run import declared_posts, planned
from slack_wrapper.run.posting import section_of
from slack_wrapper.snakemake_adapter import our_rules
from slack_wrapper.snakemake_adapter.job import context_of, parts_of

_DECLARED = re.compile(r"slack/\{post(,.*)?\}\.json")  # of the rule `slack_post`
MAX_RECEIPTS = 20  # that an error names
_CHOICES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")


def steps_of(
    targets: Sequence[str], *, snakefile: str | None = None, configfile: str | None = None
) -> Iterator[Looks]:
    """Yield what the steps look like that make some targets, or that these need.

    Args:
        targets: receipts or rules; none for the workflow's own.
        snakefile: the workflow; None for the place where Snakemake looks.
        configfile: read beside the workflow's own.

    Raises:
        RequestError: Snakemake cannot plan them, or none of them is a step of ours.
    """
    found: list[Any] = []
    wanted = [job for job in _plan(targets, snakefile, configfile, found) if _is_ours(job)]
    named = [job for job in wanted if {job.rule.name, *map(str, job.output)} & {*targets}]
    if not wanted:
        what = ", ".join(targets) or "the workflow"
        raise RequestError(f"{what} has no step that posts", hint=_receipts(found))
    for job in named or wanted:
        yield _looks(job)


def _plan(
    targets: Sequence[str], snakefile: str | None, configfile: str | None, rules: list[Any]
) -> list[Any]:
    """Return the jobs, and put the rules that are known by then into `rules`."""
    from snakemake import api
    from snakemake.settings import types

    place = snakefile or next((one for one in _CHOICES if os.path.exists(one)), "")  # noqa: PTH110
    if not place:
        raise RequestError("there is no Snakefile here", hint="give it: --snakefile FILE")
    try:
        open_regular(place).close()
    except FileNotFoundError:  # Snakemake says so, and may find it elsewhere
        pass
    except OSError as error:
        raise RequestError(
            f"{place} cannot be read: {os_reason(error)}", hint="give it: --snakefile FILE"
        ) from None
    said = io.StringIO()
    files = [Path(configfile)] if configfile else []
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            output = types.OutputSettings(dryrun=True, quiet={types.Quietness.ALL})
            with api.SnakemakeApi(output) as snakemake:
                workflow = snakemake.workflow(
                    resource_settings=types.ResourceSettings(cores=1),
                    config_settings=types.ConfigSettings(configfiles=files),
                    snakefile=Path(place),
                )
                dag = workflow.dag(
                    types.DAGSettings(targets={*targets}, forcetargets=bool(targets))
                )
                run = workflow._workflow  # Snakemake's interface gives no jobs otherwise
                try:
                    dag.execute_workflow(executor="dryrun")
                finally:
                    rules += run.rules
                return list(run.dag.jobs)
    except SlackWrapperError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a Snakefile raises
        if type(error).__name__ == "MissingRuleException" and len(targets) == 1:
            raise RequestError(f"no rule makes {targets[0]}", hint=_receipts(rules)) from None
        told = str(error).strip().split("\n")
        reason = told[0][:1].lower() + told[0][1:].rstrip(".:")
        raise RequestError(
            f"Snakemake cannot plan {', '.join(targets) or place}: {reason}",
            hint=" ".join(line.strip() for line in told[1:4]) or "run: snakemake -n",
        ) from None


def _receipts(rules: Sequence[Any]) -> str:
    """Return, as a hint, the receipts that there are."""
    found: dict[str, None] = {}
    for rule in filter(_is_step, rules):
        names = declared_posts.names(section_of(our_rules.config_of(rule)))
        for output in map(str, rule.output):
            declared = _DECLARED.fullmatch(output)
            found |= dict.fromkeys([f"slack/{one}.json" for one in names] if declared else [output])
    if not found:
        return "the workflow has no step of slack-wrapper; see docs/steps.md"
    shown = list(found)[:MAX_RECEIPTS]
    more = [f"and {len(found) - len(shown)} more"] if len(found) > len(shown) else []
    return f"the receipts are: {', '.join([*shown, *more])}"


def _is_ours(job: Any) -> bool:
    return _is_step(job.rule)


def _is_step(rule: Any) -> bool:
    wrapper = str(getattr(rule, "wrapper", None) or "")
    if our_rules.posts(rule):
        return True
    return wrapper.rstrip("/").endswith(("/slack_wrapper", ":slack_wrapper"))


def _looks(job: Any) -> Looks:
    config = our_rules.config_of(job.rule)
    section = section_of(config)
    absent = [str(path) for path in job.input if not os.path.exists(path)]  # noqa: PTH110
    if absent:
        request = planned.request(job)
        note = f"not there yet: {', '.join(absent)}; … stands for what they will say"
        if request is None:
            raise RequestError(
                f"step {job.rule}: where it posts depends on {absent[0]}, which is not there yet",
                hint="run the rules before it",
            )
        return preview.of(request, (note,))
    parts = parts_of(job)
    return preview.of(build(**parts, defaults=section, context=lambda: context_of(job, config)))
