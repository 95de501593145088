"""The steps of a Snakefile, as Snakemake plans them; no job is run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.message.parameters import build
from slack_wrapper.preview import preview
from slack_wrapper.preview.preview import Looks
from slack_wrapper.run import declared_posts, planned
from slack_wrapper.run.posting import section_of
from slack_wrapper.snakemake_adapter import dry_run, our_rules
from slack_wrapper.snakemake_adapter.job import context_of, parts_of

_DECLARED = re.compile(r"slack/\{post(,.*)?\}\.json")  # of the rule `slack_post`
MAX_RECEIPTS = 20  # that an error names


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
    jobs = dry_run.planned(targets, snakefile, configfile, found, lambda: _receipts(found))
    wanted = [job for job in jobs if dry_run.is_step(job.rule)]
    named = [job for job in wanted if {job.rule.name, *map(str, job.output)} & {*targets}]
    if not wanted:
        what = ", ".join(targets) or "the workflow"
        raise RequestError(f"{what} has no step that posts", hint=_receipts(found))
    for job in named or wanted:
        yield _looks(job)


def _receipts(rules: Sequence[Any]) -> str:
    """Return, as a hint, the receipts that there are."""
    found: dict[str, None] = {}
    for rule in filter(dry_run.is_step, rules):
        names = declared_posts.names(section_of(our_rules.config_of(rule)))
        for output in map(str, rule.output):
            declared = _DECLARED.fullmatch(output)
            found |= dict.fromkeys([f"slack/{one}.json" for one in names] if declared else [output])
    if not found:
        return "the workflow has no step of slack-wrapper; see docs/steps.md"
    shown = list(found)[:MAX_RECEIPTS]
    more = [f"and {len(found) - len(shown)} more"] if len(found) > len(shown) else []
    return f"the receipts are: {', '.join([*shown, *more])}"


def _looks(job: Any) -> Looks:
    config = our_rules.config_of(job.rule)
    section = section_of(config)
    absent = [str(path) for path in job.input if not os.path.exists(path)]  # noqa: PTH110
    if absent:
        request = planned.request(job)
        note = f"not there yet: {', '.join(absent)}; … stands for what they will say"
        if request is None:
            raise RequestError(
                f"step {job.rule}: where it posts depends on {absent[0]}, which does not exist yet",
                hint="run the rules before it",
            )
        return preview.of(request, (note,))
    parts = parts_of(job)
    return preview.of(build(**parts, defaults=section, context=lambda: context_of(job, config)))
