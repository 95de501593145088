"""(d) `--logger slack`: a run of 2,000 jobs with and without it, and what one record costs.

$BENCH_JOBS makes it another number; 10,000 take 20 minutes.

The jobs are made in Snakemake's own process by an executor plugin that only writes their outputs,
so that nearly all the time is Snakemake's, where the cost of a logger would show. It is also
measured how often Slack is called, what one log record takes, and what importing the plugin costs
every other Snakemake process, beyond the interface package that Snakemake loads itself.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.measuring import Cost, Row, at_most, cost_of, environment, interleaved, server

WITH, WITHOUT = "with", "without"
EXECUTOR = """
from pathlib import Path
from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.real import RealExecutor
from snakemake_interface_executor_plugins.settings import CommonSettings

common_settings = CommonSettings(
    non_local_exec=False, implies_no_shared_fs=False, job_deploy_sources=False,
    pass_envvar_declarations_to_cmd=False, auto_deploy_default_storage_provider=False,
)


class Executor(RealExecutor):
    def run_job(self, job):
        for path in job.output:
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).touch()
        info = SubmittedJobInfo(job=job)
        self.report_job_submission(info)
        self.report_job_success(info)

    def cancel(self): pass

    def shutdown(self): pass

    def get_exec_mode(self): raise NotImplementedError

    def get_python_executable(self): raise NotImplementedError

    @property
    def cores(self): return self.workflow.resource_settings.cores
"""
SNAKEFILE = """
rule all:
    input: expand("out/{{n}}", n=range({jobs}))
rule work:
    output: "out/{{n}}"
    shell: "touch {{output}}"
"""
SERVE = """
import sys
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
user = {**DEFAULT_SEED["tokens"][0], "token": "xoxb-sandbox-token"}
with Sandbox(seed={**DEFAULT_SEED, "tokens": [user]}, key="benchmark", rate_limits=True) as box:
    print(box.url, flush=True)
    sys.stdin.read()
"""
RECORDS = """
import json, logging, sys, time
from snakemake_interface_logger_plugins.tests import MockOutputSettings
from slack_wrapper.live.run_state import Story
from snakemake_logger_plugin_slack import LogHandler, LogHandlerSettings

class Live:
    story = Story()
    def close(self): pass

handler = LogHandler(MockOutputSettings(), LogHandlerSettings())
handler._live = Live()

def record(msg, **more):
    made = logging.LogRecord("snakemake", logging.INFO, "x.py", 1, msg, (), None)
    made.__dict__.update(more)
    return made

count = int(sys.argv[1])
records = []
for job in range(count):
    paths = dict(input=[], output=[f"out/{job}"], log=[f"{job}.log"])
    records += [
        record("Select jobs to execute..."),
        record("Execute 1 jobs...", event="job_started", jobs=[job]),
        record("", event="job_info", jobid=job, rule_name="work", wildcards={"n": str(job)},
               shellcmd=f"touch out/{job}", **paths),
        record("", event="shellcmd", shellcmd=f"touch out/{job}"),
        record("", event="job_finished", job_id=job),
        record(None, event="progress", done=job, total=count),
    ]
began = time.perf_counter()
for one in records:
    handler.emit(one)
print(1e6 * (time.perf_counter() - began) / len(records))
"""
IMPORT = (
    "import snakemake_interface_logger_plugins.base, snakemake_interface_logger_plugins.settings; "
    "import snakemake_logger_plugin_slack"
)


def run(url: str, jobs: int, side: str) -> Cost:
    """Run the workflow in a fresh folder."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plugin = folder / "plugins" / "snakemake_executor_plugin_nothing"
        plugin.mkdir(parents=True)
        (plugin / "__init__.py").write_text(EXECUTOR)
        (folder / "Snakefile").write_text(SNAKEFILE.format(jobs=jobs))
        command = [sys.executable, "-m", "snakemake", "--executor", "nothing", "--cores", "100",
                   "--scheduler", "greedy"]  # fmt: skip
        if side == WITH:
            command += ["--logger", "slack", "--logger-slack-channel", "librec_channel"]
        api = f"{url}/api/"
        env = environment(SLACK_BOT_TOKEN="xoxb-sandbox-token", SLACK_WRAPPER_BASE_URL=api)
        env["PYTHONPATH"] += f":{plugin.parent}"
        return cost_of(command, cwd=folder, env=env)


def calls(url: str) -> int:
    """Return how often Slack was called."""
    with urllib.request.urlopen(f"{url}/sandbox/state?key=benchmark", timeout=60) as answer:
        return len(json.load(answer)["calls"])


def microseconds(jobs: int) -> float:
    """Return what one record takes in `emit`, over those of so many jobs."""
    command = [sys.executable, "-c", RECORDS, str(jobs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def import_milliseconds() -> float:
    """Return what -X importtime tells of the plugin, beyond the interface package."""
    command = [sys.executable, "-X", "importtime", "-c", IMPORT]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = [line.split("|") for line in done.stderr.splitlines()]
    return next(
        int(line[1]) / 1000 for line in lines if line[-1].strip() == "snakemake_logger_plugin_slack"
    )


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    jobs, rounds, times = (50, 1, 3) if quick else (int(os.environ.get("BENCH_JOBS", "2000")), 3, 9)
    with server(SERVE) as url:
        median = interleaved((WITHOUT, WITH), rounds, lambda side: run(url, jobs, side))
        made = calls(url) / rounds / median[WITH].wall
    ours, other = median[WITH], median[WITHOUT]
    record = statistics.median(microseconds(max(jobs, 2_000)) for _ in range(times))
    importing = statistics.median(import_milliseconds() for _ in range(times))
    what = f"{jobs:,} jobs with `--logger slack` / without"
    seconds = (f"{ours.wall:.1f} s", f"{other.wall:.1f} s")
    cpu = (f"{ours.cpu:.1f} s", f"{other.cpu:.1f} s")
    return [
        at_most("d", f"{what}, wall", *seconds, ours.wall / other.wall, 1.01),
        Row("d", f"{what}, CPU", *cpu, f"{ours.cpu / other.cpu:.2f}"),
        at_most("d", "calls to Slack in a second of that run", f"{made:.2f}", "", made, 1),
        at_most("d", "µs for a log record", f"{record:.1f} µs", "", record, 50),
        at_most("d", "ms to import the plugin", f"{importing:.1f} ms", "", importing, 5),
    ]


if __name__ == "__main__":
    sys.exit("run it with: python -m benchmarks logger")
