"""The engines: a real Slurm, and cluster-generic with jobs that start with nothing of the run's."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.leaks.study import Done, Study

SLURM_CONF = os.environ.get("SLURM_CONF", "")  # before the tests' environment is scrubbed
MOST = 400  # seconds a run may take; the scheduler's own waits are most of it
WORKFLOW = Path(__file__).parent / "workflow"
SLURM = [
    "--executor", "slurm", "--jobs", "2", "--slurm-init-seconds-before-status-checks", "5",
    "--default-resources", "slurm_account=root", "slurm_partition=debug", "mem_mb=100", "runtime=5",
]  # fmt: skip
GENERIC = ["--executor", "cluster-generic", "--jobs", "2"]


@dataclass
class Cluster:
    """Runs of a study on an engine.

    Args:
        name: `slurm` or `generic`.
        study: the study.
    """

    name: str
    study: Study

    def __post_init__(self) -> None:
        self.study.given.environ["SOCKETS"] = str(self.study.temporary)
        self.submitted = self.study.folder / "submitted"
        self.submitted.mkdir()
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        # As a cluster does: the job is nobody's child, and has next to no environment.
        submit = self.study.folder / "submit.sh"
        submit.write_text(
            "#!/bin/sh\n"
            f'cp "$1" {self.submitted}/$$\n'
            f"setsid env -i HOME={self.study.safe} PATH={path} SOCKETS={self.study.temporary} sh "
            f'"$1" > {self.submitted}/$$.log 2>&1 &\n'
            "echo $$\n"
        )
        submit.chmod(0o755)

    def run(self, *arguments: str) -> Done:
        engine = SLURM
        if self.name == "generic":
            engine = [*GENERIC, "--cluster-generic-submit-cmd", f"{self.study.folder}/submit.sh"]
        return self.study.run(*arguments, "--show-failed-logs", *engine)

    def jobs(self) -> int:
        """Return how many jobs the engine was given."""
        if self.name == "generic":
            return len([path for path in self.submitted.iterdir() if path.suffix != ".log"])
        asked = ["sacct", "-X", "-n", "--format=jobid,workdir%300"]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
        return sum(str(self.study.folder) in line for line in done.stdout.splitlines())

    def configure(self, **section: Any) -> None:
        """Add to the `slack:` section; a job with no environment needs the address there too."""
        path = self.study.folder / "config.json"
        config = json.loads(path.read_text())
        config["slack"] |= {"base_url": self.study.sandbox.api_url, **section}
        path.write_text(json.dumps(config))


@pytest.fixture(autouse=True)
def slurm_conf(monkeypatch: pytest.MonkeyPatch) -> None:
    if SLURM_CONF:
        monkeypatch.setenv("SLURM_CONF", SLURM_CONF)


@pytest.fixture(params=["slurm", "generic"])
def new_cluster(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Any], Cluster]]:
    """Makes a study for a way of giving the password, on each of the engines."""
    if request.param == "slurm" and not SLURM_CONF:
        pytest.skip("use make cluster, it starts a Slurm")
    made: list[Study] = []

    def make(way: Any) -> Cluster:
        made.append(Study(tmp_path, way, workflow=WORKFLOW, most=MOST))
        made[-1].sandbox.start()
        return Cluster(request.param, made[-1])

    yield make
    for study in made:
        study.sandbox.stop()
        shutil.rmtree(study.temporary, ignore_errors=True)
