"""An executor for the wild study: a job makes its outputs instead of being run.

Snakemake does all the rest, for real: the DAG, checkpoints, groups, storage, temp and protected
files, hooks. Steps of slack_wrapper's own rules are run, as they are what is studied. Found by
Snakemake when this folder's parent is on PYTHONPATH: `--executor touchoutputs`.

Environment:
    WILD_RECORD: file that gets one line of JSON a job.
    WILD_STUBS: folder with files that are copied where a job's output has their path.
    WILD_FAIL: names of rules whose jobs fail, separated by commas.
    WILD_REMOTE: not empty: jobs count as sent to a cluster, so that groups are formed.
"""

import json
import os
import shutil
import threading
from pathlib import Path

from snakemake.executors import local
from snakemake.io import is_flagged
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import CommonSettings

REMOTE = bool(os.environ.get("WILD_REMOTE"))
OURS = '"$SLACK_WRAPPER_PYTHON"'  # what the command of slack_wrapper's rules begins with

common_settings = CommonSettings(
    non_local_exec=REMOTE,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    pass_envvar_declarations_to_cmd=True,
    auto_deploy_default_storage_provider=False,
)
_lock = threading.Lock()


def record(**facts):
    """Write down what the study compares."""
    if place := os.environ.get("WILD_RECORD"):
        with _lock, Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts) + "\n")


def make(job, output):
    """Make one output of a job: a line that says whose it is, the same in each run."""
    path = Path(job.shadow_dir or ".") / str(output)
    given = Path(os.environ.get("WILD_STUBS") or "/nowhere") / str(output)
    if is_flagged(output, "pipe"):
        return  # Snakemake makes it
    if given.exists():
        (shutil.copytree if given.is_dir() else shutil.copy)(given, path)
    elif output.is_directory:
        path.mkdir(parents=True, exist_ok=True)
        (path / "stub.txt").write_text(f"{job.rule.name} {output}\n")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{job.rule.name} {output}\n")


def stub(job):
    """Do what a job would do, as far as Snakemake sees."""
    if job.rule.name in os.environ.get("WILD_FAIL", "").split(","):
        record(rule=job.rule.name, failed=True, outputs=sorted(map(str, job.output)))
        raise WorkflowError(f"the study lets rule {job.rule.name} fail")
    for output in job.output:
        make(job, output)
    if job.benchmark:
        make(job, job.benchmark)
    lasting = [
        str(output)
        for output in job.output
        if not output.is_directory
        and not getattr(output, "is_storage", False)
        and not any(is_flagged(output, flag) for flag in ("temp", "pipe", "service", "nodelocal"))
    ]
    record(rule=job.rule.name, outputs=sorted(map(str, job.output)), lasting=lasting)


_run_single_job = local.Executor.run_single_job


def run_single_job(executor, job):
    """Run a step of ours, stub any other job; in place of the local executor's method."""
    if (job.rule.shellcmd or "").startswith(OURS):
        return _run_single_job(executor, job)

    def prepared():
        executor.workflow.async_run(job.prepare())
        stub(job)

    return executor.pool.submit(prepared)


local.Executor.run_single_job = run_single_job


class Executor(local.Executor):
    """The local executor, with jobs stubbed; with WILD_REMOTE, one that is given groups too."""

    def __post_init__(self):
        super().__post_init__()
        record(default_target=str(self.workflow.default_target or ""))

    def run_group_job(self, job):
        """Run the jobs of a group in order; pipes and services are left to the local executor."""
        if not REMOTE:
            super().run_group_job(job)
            return
        for level in job.toposorted:
            for one in level:
                self.workflow.async_run(one.prepare())
                stub(one)

    @property
    def cores(self):
        """Cores of a job that is sent away are not counted."""
        return "all" if REMOTE else super().cores
