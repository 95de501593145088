"""Runs a workflow that we did not write in three ways, its jobs stubbed, and compares.

plain: as it is. logger: with `--logger slack`. ours: included by a Snakefile that includes our
rules and hooks too, and posts one of its outputs. Exit codes, files and jobs must be the same, and
a sandbox must have got the messages that such a run makes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_wrapper.common import patience
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import FACTOR, PASSWORD, REPOSITORY
from tests.wild.outcomes import POSTED, Outcome, Way, differences, missing_messages

HERE = Path(__file__).resolve().parent
CHANNEL = "librec_channel"
RECEIPT = "slack/wild_post.json"
OURS_FILE = "wild_with_slack.smk"
# Snakemake's own state, and what our rules leave; all else must be the same.
NOT_COMPARED = (RECEIPT, OURS_FILE)
SNAKEFILES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")
TIME_LIMIT = 170  # seconds for one run

POST = """
use rule {rule} as wild_post with:
    {given}
    output: {receipt!r}
    params: message={posted!r}
"""
# Made beside their Snakefile: the workflow as it is, then our rules in either way of the docs.
THEIRS = """
include: {snakefile!r}
if not workflow.default_target:  # Snakemake takes the first rule, but not one that is included
    workflow.default_target = next((rule.name for rule in workflow.rules), None)
import slack_wrapper
"""
INCLUDE = """
config["slack"] = {section}
include: slack_wrapper.rules("slack.smk", {prefix})
include: slack_wrapper.rules("hooks.smk")
"""
MODULE = """
module wild_slack:
    snakefile: slack_wrapper.rules("slack.smk")
    config: {{"slack": {section}}}
use rule * from wild_slack as wild_*
module wild_hooks:
    snakefile: slack_wrapper.rules("hooks.smk")
    config: {{"slack": {section}}}
use rule * from wild_hooks as wild_hooks_*
"""


@dataclass(frozen=True)
class Subject:
    """A workflow to study.

    Args:
        name: what the table calls it.
        folder: with all of its files; it is copied, never run in place.
        snakefile: relative to it; by default where Snakemake looks.
        arguments: of snakemake, such as --configfile; without targets.
        targets: files or rules; by default the workflow's own.
        stubs: folder with outputs whose content matters, such as a table that a checkpoint reads.
        fail: rules whose jobs fail.
        remote: whether its jobs count as sent to a cluster, so that groups are formed.
        python: folders on PYTHONPATH, for what its Snakefile imports.
        module: whether our rules come as a module with a config of their own, for a workflow that
            has rules of our names, a `slack:` section of its own, or a strict config schema.
        prefix: of the names of our rules, the other way for a workflow that has rules of theirs.
        changing: files whose content is never the same, such as copies of Snakemake's log.
    """

    name: str
    folder: Path
    snakefile: str = ""
    arguments: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    stubs: Path | None = None
    fail: tuple[str, ...] = ()
    remote: bool = False
    python: tuple[Path, ...] = ()
    module: bool = False
    prefix: str = ""
    changing: tuple[str, ...] = ()

    def found(self) -> str:
        """Return the Snakefile."""
        for name in (self.snakefile,) if self.snakefile else SNAKEFILES:
            if (self.folder / name).is_file():
                return name
        raise SystemExit(f"{self.folder} has no {self.snakefile or 'Snakefile'}")


@dataclass
class Verdict:
    """What the comparison found: nothing, or the differences."""

    subject: Subject
    outcomes: dict[Way, Outcome]
    differences: list[str]

    def row(self) -> str:
        """Return a line of the table."""
        plain = self.outcomes[Way.PLAIN]
        numbers = [len(self.outcomes[way].messages) for way in (Way.LOGGER, Way.OURS)]
        word = "DIFFERS" if self.differences else "equal"
        return (
            f"{word:8} {self.subject.name:42} exit {plain.exit_code}  "
            f"{len(plain.jobs):4} jobs {len(plain.files):5} files  "
            f"messages: logger {numbers[0]}, ours {numbers[1]}"
        )


def files_of(folder: Path, changing: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give each path below a folder, and what is there."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        parts = tuple(name.split("/"))
        if ".snakemake" in parts or "__pycache__" in parts or name.endswith(NOT_COMPARED):
            continue
        if path.is_symlink():
            yield name, f"link to {path.readlink()}"
        elif path.is_dir():
            if [one.name for one in path.iterdir()] != [Path(RECEIPT).name]:
                yield name, "folder"
        elif name in changing:
            yield name, "a file"
        elif path.is_file():
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        else:
            yield name, "neither file nor folder"


def with_slack(subject: Subject, key: Path, lasting: list[str]) -> str:
    """Return the Snakefile that includes theirs and ours."""
    section = {"channel": CHANNEL, "encrypted_key": str(key)}
    given = f"input: {lasting[-1]!r}" if lasting else "threads: 1"
    return (THEIRS + (MODULE if subject.module else INCLUDE) + POST).format(
        snakefile=Path(subject.found()).name,
        section=section,
        prefix=f"prefix={subject.prefix!r}" if subject.prefix else "",
        rule=("wild_" if subject.module else subject.prefix) + "slack_message",
        given=given,
        receipt=RECEIPT,
        posted=POSTED,
    )


def environment(subject: Subject, scratch: Path, box: Sandbox) -> dict[str, str]:
    """Return the environment of a run: none of the developer's."""
    paths = [HERE, REPOSITORY, *subject.python]
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "SLACK_WRAPPER_BASE_URL": box.api_url,
        "SLACK_WRAPPER_PASSWORD": PASSWORD,
        patience.VARIABLE: str(FACTOR),
        "WILD_RECORD": str(scratch / "record.jsonl"),
        "WILD_STUBS": str(subject.stubs or ""),
        "WILD_FAIL": ",".join(subject.fail),
        "WILD_REMOTE": "1" if subject.remote else "",
    }


def command(subject: Subject, way: Way, plain: Outcome | None, key: Path) -> list[str]:
    """Return the command line of a run."""
    snakefile, targets = Path(subject.found()), list(subject.targets)
    extra: list[str] = []
    if way is Way.LOGGER:
        extra = ["--logger", "slack", "--logger-slack-channel", CHANNEL,
                 "--logger-slack-encrypted-key", str(key)]  # fmt: skip
    if way is Way.OURS:
        assert plain
        snakefile = snakefile.parent / OURS_FILE
        if plain.jobs or plain.exit_code == 0:
            targets = [*(targets or filter(None, [plain.target])), RECEIPT]
    return [
        sys.executable, "-m", "snakemake", "--snakefile", str(snakefile),
        "--executor", "touchoutputs", "--cores", "8", *(["--jobs", "2"] if subject.remote else []),
        "--keep-going", "--scheduler", "greedy", *extra, *subject.arguments,
        *(["--", *targets] if targets else []),
    ]  # fmt: skip


def described(job: dict[str, Any]) -> str:
    """Return a line for a job that ran."""
    return ("failed " if job.get("failed") else "") + f"{job['rule']} {job['outputs']}"


def recorded(place: Path) -> list[dict[str, Any]]:
    """Return what the executor wrote down."""
    if not place.exists():
        return []
    return [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]


def run(subject: Subject, way: Way, scratch: Path, plain: Outcome | None = None) -> Outcome:
    """Run a copy of the workflow, always at the same path."""
    work = scratch / "work"
    shutil.copytree(subject.folder, work, symlinks=True)
    (scratch / "record.jsonl").unlink(missing_ok=True)
    with Sandbox() as box:
        key = scratch / "slack-api.enc"
        key.unlink(missing_ok=True)
        store.encrypt_to(key, box.token, PASSWORD, profile="test-only")
        if way is Way.OURS:
            assert plain
            place = work / Path(subject.found()).parent / OURS_FILE
            place.write_text(with_slack(subject, key, plain.lasting), encoding="utf-8")
        done = subprocess.run(
            command(subject, way, plain, key), cwd=work, env=environment(subject, scratch, box),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, timeout=TIME_LIMIT, check=False,
        )  # fmt: skip
        messages = box.messages()
    facts = recorded(scratch / "record.jsonl")
    jobs = [one for one in facts if "rule" in one]
    outcome = Outcome(
        way,
        done.returncode,
        done.stdout.decode(errors="replace"),
        dict(files_of(work, subject.changing)),
        sorted(described(one) for one in jobs),
        messages,
        next((one["default_target"] for one in facts if "default_target" in one), ""),
    )
    outcome.lasting = [
        name for one in jobs for name in one.get("lasting", []) if name in outcome.files
    ]
    work.rename(scratch / way.value)
    return outcome


def study(subject: Subject, scratch: Path) -> Verdict:
    """Run a workflow in all ways and compare."""
    scratch.mkdir(parents=True, exist_ok=True)
    plain = run(subject, Way.PLAIN, scratch)
    outcomes = {Way.PLAIN: plain}
    for way in (Way.LOGGER, Way.OURS):
        outcomes[way] = run(subject, way, scratch, plain)
    found = [
        text
        for outcome in outcomes.values()
        for text in (*differences(plain, outcome), *missing_messages(outcome))
    ]
    return Verdict(subject, outcomes, found)
