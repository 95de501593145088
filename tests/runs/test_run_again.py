"""The command on a card is run in a shell, as a reader would, and does the failed job."""

import html
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD
from tests.support.messages import said

WORKFLOW = """
import slack_wrapper
configfile: CONFIG
include: slack_wrapper.rules("hooks.smk")
rule all:
    default_target: True
    input: "a.txt", "b/it's $x.txt"
rule make:
    output: "b/it's $x.txt"
    resources: tries=lambda wildcards: config["tries"]
    shell: "test -e go && echo {resources.tries} {threads} > {output:q}"
rule other:
    output: "a.txt"
    shell: "touch {output}"
"""
MADE = "b/it's $x.txt"
PROFILE = "cores: 1\nset-threads:\n  - make=1\n"


def _study(folder: Path, sandbox: Sandbox) -> None:
    (folder / "flow" / "profiles" / "default").mkdir(parents=True)
    (folder / "flow" / "profiles" / "default" / "config.yaml").write_text(PROFILE)
    (folder / "work" / "keys").mkdir(parents=True)
    key = folder / "work" / "keys" / "slack-api.enc"
    store.encrypt_to(key, sandbox.token, PASSWORD, profile="test-only")
    section = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
    (folder / "config.json").write_text(json.dumps({"slack": section, "tries": 1}))
    (folder / "flow" / "Snakefile").write_text(
        WORKFLOW.replace("CONFIG", repr(str(folder / "config.json")))
    )


def _run(words: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "SLACK_WRAPPER_PASSWORD": PASSWORD,
           "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # fmt: skip
    return subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False,
        start_new_session=True,
    )  # fmt: skip


def _shown(sandbox: Sandbox) -> list[str]:
    texts = [said(message) for message in sandbox.messages()]
    pattern = r"run again[^\n]*:\n```\n?(.+?)\n?```"
    return [html.unescape(one) for text in texts for one in re.findall(pattern, text)]


LOGGER = ["--no-hooks", "--logger", "slack"]
SUBMIT = "sh ./submit.sh -A 'lab a'"
CLUSTER = ["-e", "cluster-generic", "--cluster-generic-submit-cmd", SUBMIT, "-j", "1",
           "--seconds-between-status-checks", "1"]  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["-F", "-R", "make", "-U", "make"],
        LOGGER,
        [*CLUSTER, "--default-resources", "mem_mb=50", "tmpdir='t mp'"],
    ],
    ids=["hooks", "once", "logger", "executor"],
)
def test_the_command_of_a_card_runs_the_failed_job(
    more: list[str], tmp_path: Path, sandbox: Sandbox
) -> None:
    folder = tmp_path / "my study"
    _study(folder, sandbox)
    (folder / "work" / "submit.sh").write_text('test "$2" = "lab a" && sh "$3" >&2; echo 1\n')
    words = ["snakemake", "-s", "flow/Snakefile", "-d", "work", "-k", *more, "--config", "tries=7"]
    done = _run(words, folder)
    assert done.returncode == 1, done.stderr
    (command,) = _shown(sandbox)
    assert command.startswith(f"cd {shlex.quote(str(folder))} && snakemake --snakefile ")
    (folder / "work" / "go").touch()
    again = _run(["sh", "-c", command], tmp_path)
    assert again.returncode == 0, command + again.stderr
    assert (folder / "work" / MADE).read_text() == "7 1\n"


def test_a_run_in_its_own_folder_needs_no_other(tmp_path: Path, sandbox: Sandbox) -> None:
    folder = tmp_path / "study"
    _study(folder, sandbox)
    words = ["snakemake", "-s", "../flow/Snakefile", "--config", "tries=7", "api_key=hunter22"]
    done = _run(words, folder / "work")
    assert done.returncode == 1, done.stderr
    (command,) = _shown(sandbox)
    assert command == (
        "snakemake --snakefile ../flow/Snakefile --config tries=7 --rerun-incomplete "
        + shlex.quote(MADE)
    )
    text = "".join(said(message) for message in sandbox.messages())
    assert "run again (add --config api_key: left out here" in text
    assert "hunter22" not in text


def test_a_workdir_of_the_workflow_is_left_for_the_folder_of_the_start(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    folder = tmp_path / "study"
    _study(folder, sandbox)
    file = folder / "flow" / "Snakefile"
    file.write_text(f"workdir: {str(folder / 'work')!r}\n{file.read_text()}")
    assert _run(["snakemake", "-s", "flow/Snakefile"], folder).returncode == 1
    (command,) = _shown(sandbox)
    assert command.startswith(f"cd {folder} && snakemake --snakefile flow/Snakefile")
    (folder / "work" / "go").touch()
    again = _run(["sh", "-c", command], tmp_path)
    assert again.returncode == 0, command + again.stderr


@pytest.mark.parametrize("where", ["default", "explicit"])
def test_what_a_storage_holds_is_made_again(where: str, tmp_path: Path, sandbox: Sandbox) -> None:
    folder = tmp_path / "study"
    _study(folder, sandbox)
    (tmp_path / "store").mkdir()
    target = "sub/it.txt" if where == "default" else f"{tmp_path}/store/sub/it.txt"
    named = repr(target) if where == "default" else f"storage.fs({target!r})"
    (folder / "work" / "Snakefile").write_text(
        f"import slack_wrapper\nconfigfile: {str(folder / 'config.json')!r}\n"
        'include: slack_wrapper.rules("hooks.smk")\n'
        f"rule make:\n    output: {named}\n"
        "    shell: 'test -e go && echo made > {output}'\n"
    )
    words = ["snakemake", "--cores", "1", "make"]
    if where == "default":
        words += ["--default-storage-provider", "fs",
                  "--default-storage-prefix", f"{tmp_path}/store"]  # fmt: skip
    assert _run(words, folder / "work").returncode == 1
    (command,) = _shown(sandbox)
    assert command.endswith("--rerun-incomplete " + ("make" if where == "explicit" else target))
    (folder / "work" / "go").touch()
    again = _run(["sh", "-c", command], folder / "work")
    assert again.returncode == 0, command + again.stderr
    assert (tmp_path / "store" / "sub" / "it.txt").read_text() == "made\n"


def test_a_run_that_a_program_leads_has_no_command_line(tmp_path: Path, sandbox: Sandbox) -> None:
    folder = tmp_path / "study"
    _study(folder, sandbox)
    (folder / "lead.py").write_text(
        "import snakemake.cli\nfrom pathlib import Path\n"
        "from snakemake.api import SnakemakeApi\nfrom snakemake.settings import types\n"
        "with SnakemakeApi() as api:\n"
        "    flow = api.workflow(snakefile=Path('flow/Snakefile'), workdir=Path('work'),\n"
        "        resource_settings=types.ResourceSettings(cores=1))\n"
        "    flow.dag().execute_workflow()\n"
    )
    done = _run([sys.executable, "lead.py", "--other", "words"], folder)
    assert done.returncode == 1, done.stderr
    (command,) = _shown(sandbox)
    assert command == f"snakemake --cores all --rerun-incomplete {shlex.quote(MADE)}"
