"""What `--logger slack` costs: a run of many jobs with and without it, interleaved in one go.

The jobs are made in Snakemake's own process by an executor plugin that only writes their
outputs, so that nearly all the time is Snakemake's, where the cost of a logger would show. The
sandbox runs in a process of its own. Printed are the seconds and their ratios, on the clock and of
the processor, calls to Slack a second, the time that one log record takes, and what importing the
plugin costs every other Snakemake process.
Use: python benchmarks/logger.py [--jobs 10000] [--pairs 3]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
import json, sys
from slack_wrapper.sandbox.server import Sandbox
with Sandbox(rate_limits=True) as box:
    print(json.dumps([box.api_url, box.token]), flush=True)
    for line in sys.stdin:
        print(json.dumps([call["method"] for call in box.store.calls]), flush=True)
"""
RECORDS = """
import json, logging, sys, time
from snakemake_interface_logger_plugins.tests import MockOutputSettings
from slack_wrapper.live.story import Story
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


class Server:
    """The sandbox in its own process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url, self.token = json.loads(self._line())

    def calls(self) -> list[str]:
        """Return the methods that have been called so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run(server: Server, jobs: int, *, logger: bool) -> tuple[float, float]:
    """Run the workflow in a fresh folder; return its seconds, and those of the processor."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plugin = folder / "plugins" / "snakemake_executor_plugin_nothing"
        plugin.mkdir(parents=True)
        (plugin / "__init__.py").write_text(EXECUTOR)
        (folder / "Snakefile").write_text(SNAKEFILE.format(jobs=jobs))
        command = [sys.executable, "-m", "snakemake", "--executor", "nothing", "--cores", "4",
                   "--scheduler", "greedy"]  # fmt: skip
        if logger:
            command += ["--logger", "slack", "--logger-slack-channel", "librec_channel"]
        env = {
            **os.environ, "PYTHONPATH": str(plugin.parent), "SLACK_BOT_TOKEN": server.token,
            "SLACK_WRAPPER_BASE_URL": server.url,
        }  # fmt: skip
        began, used = time.perf_counter(), processor()
        with (folder / "log").open("w") as log:
            subprocess.run(command, cwd=folder, env=env, check=True, stdout=log, stderr=log)
        return time.perf_counter() - began, processor() - used


def processor() -> float:
    """Return what children that have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ratio(pairs: dict[bool, list[float]]) -> float:
    """Return the median of the pairs' ratios."""
    return statistics.median(b / a for a, b in zip(pairs[False], pairs[True], strict=True))


def microseconds(jobs: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", RECORDS, str(jobs)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def import_milliseconds() -> float:
    """Return what -X importtime tells of the plugin, beyond the interface package."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", IMPORT],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    lines = [line.split("|") for line in done.stderr.splitlines()]
    return next(
        int(line[1]) / 1000 for line in lines if line[-1].strip() == "snakemake_logger_plugin_slack"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=3)
    given = parser.parse_args()
    server = Server()
    seconds: dict[bool, list[float]] = {False: [], True: []}
    used: dict[bool, list[float]] = {False: [], True: []}
    calls = []
    for number in range(given.pairs):
        for logger in (False, True) if number % 2 == 0 else (True, False):
            before = len(server.calls())
            wall, cpu = run(server, given.jobs, logger=logger)
            seconds[logger].append(wall)
            used[logger].append(cpu)
            if logger:
                calls.append((len(server.calls()) - before) / wall)
        print(
            f"pair {number + 1}: {seconds[False][-1]:.1f} s without, "
            f"{seconds[True][-1]:.1f} s with",
            flush=True,
        )
    server.stop()
    print(f"{given.jobs} jobs, medians of {given.pairs} pairs")
    print(f"seconds without       {statistics.median(seconds[False]):9.1f}")
    print(f"seconds with          {statistics.median(seconds[True]):9.1f}")
    print(f"ratio                 {ratio(seconds):9.3f}")
    print(f"processor's ratio     {ratio(used):9.3f}")
    print(f"slack calls a second  {max(calls):9.2f}")
    print(f"us a record           {microseconds(given.jobs):9.2f}")
    costs = [import_milliseconds() for _ in range(9)]
    print(f"ms to import          {statistics.median(costs):9.2f}")


if __name__ == "__main__":
    main()
