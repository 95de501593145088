"""Workflows made for the study, each with something that our part could stumble over."""

from dataclasses import dataclass
from pathlib import Path

from tests.wild.packages import written
from tests.wild.snakefiles import (
    CHECKPOINTS,
    CLASH,
    FLAGS,
    HOOKS,
    MODULES,
    OWN_SECTION,
    PART,
    PIPES,
    REBOUND,
    RUN_SCRIPT,
    SCATTER,
    SCHEMA,
    STORAGE,
    STRICT,
    WANTS_ALL,
    WORKDIR,
)
from tests.wild.study import Subject


@dataclass(frozen=True)
class Made:
    """A workflow that is written out.

    Args:
        files: path → text; without a Snakefile, `Snakefile` is the one in `text`.
        text: of the Snakefile.
        stubs: path → text, for outputs whose content matters.
        arguments: of snakemake.
        fail: rules whose jobs fail.
        remote: whether its jobs count as sent to a cluster.
        module: whether our rules come as a module with a config of their own.
        prefix: of the names of our rules.
        changing: files whose content is never the same.
        exits: what the plain run ends with.
        jobs: whether jobs are run in it.
    """

    text: str
    files: tuple[tuple[str, str], ...] = ()
    stubs: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    fail: tuple[str, ...] = ()
    remote: bool = False
    module: bool = False
    prefix: str = ""
    changing: tuple[str, ...] = ()
    exits: int = 0
    jobs: bool = True


FAILS = HOOKS.replace("rule work:", "rule work:\n    log: 'logs/{s}.log'")
TWO = (("first", 2), ("second", 3))

MADE = {
    "modules": Made(
        MODULES,
        (("parts/Snakefile", PART),
         ("config.yaml", "".join(f"{name}: {{word: {name}, count: {n}}}\n" for name, n in TWO))),
    ),
    "checkpoints": Made(
        CHECKPOINTS, stubs=(("samples.tsv", "a\nb\n"), ("parts/a/1.in", "1\n"),
                            ("parts/a/2.in", "2\n"), ("parts/b/1.in", "1\n")),
    ),
    "scattergather": Made(SCATTER),
    "groups on a cluster": Made(SCATTER, remote=True),
    "modules on a cluster": Made(
        MODULES.replace('shell: "echo', 'group: "g"\n    shell: "echo'),
        (("parts/Snakefile", PART),
         ("config.yaml", "".join(f"{name}: {{word: {name}, count: {n}}}\n" for name, n in TWO))),
        remote=True,
    ),
    "pipes and services": Made(PIPES),
    "storage": Made(STORAGE),
    "default storage": Made(
        WORKDIR.replace('workdir: "results of it"', ""),
        arguments=("--default-storage-provider", "fs", "--default-storage-prefix", "bucket"),
    ),
    "workdir": Made(WORKDIR),
    "temp, protected, directory, ensure": Made(FLAGS),
    "own hooks": Made(HOOKS),
    "own hooks, jobs fail": Made(FAILS, fail=("work",), exits=1),
    "jobs fail on a cluster": Made(FAILS, fail=("work",), remote=True, exits=1),
    "run, script, wrapper": Made(
        RUN_SCRIPT,
        (("env.yaml", "dependencies: [python]\n"), ("scripts/none.py", "raise SystemExit(9)\n"),
         ("wrappers/none/wrapper.py", "raise SystemExit(9)\n"),
         ("wrappers/none/environment.yaml", "dependencies: [python]\n")),
    ),
    "strict schema": Made(
        STRICT, (("config.yaml", "word: w\n"), ("schema.yaml", SCHEMA)), module=True
    ),
    "a slack section of its own": Made(
        OWN_SECTION, (("config.yaml", "slack: {bandwidth: 3, queue: long}\n"),), module=True
    ),
    "rules of our names": Made(CLASH, module=True),
    "rules of our names, a prefix": Made(CLASH, prefix="lab_"),
    "config rebound": Made(
        REBOUND, (("config.yaml", "resources: {mem: 3}\ntool: {out: all.txt}\n"),)
    ),
    "greedy wildcards": Made(WANTS_ALL),
    "nothing to do": Made(
        "rule all:\n    input: 'here.txt'\n", (("here.txt", "here\n"),), jobs=False
    ),
    "an input that is missing": Made(
        "rule all:\n    input: 'nowhere.txt'\n", exits=1, jobs=False
    ),
    "a Snakefile that is wrong": Made(
        "rule all:\n    imput: 'nowhere.txt'\n", exits=1, jobs=False
    ),
    "a Snakefile that exits": Made("import sys\nsys.exit('not today')\n", exits=1, jobs=False),
}  # fmt: skip


def subject(name: str, scratch: Path) -> Subject:
    """Write a workflow out and return the study's subject for it."""
    made = MADE[name]
    folder, stubs = scratch / "workflow", scratch / "stubs"
    written(folder, {"Snakefile": made.text, **dict(made.files)})
    written(stubs, dict(made.stubs))
    return Subject(
        name, folder, arguments=made.arguments, stubs=stubs if made.stubs else None, fail=made.fail,
        remote=made.remote, module=made.module, prefix=made.prefix, changing=made.changing,
    )  # fmt: skip
