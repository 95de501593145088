"""Workflows made for the study, each with something that our part could stumble over."""

from dataclasses import dataclass
from pathlib import Path

from tests.wild.packages import written
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
    changing: tuple[str, ...] = ()
    exits: int = 0
    jobs: bool = True


MODULES = """
configfile: "config.yaml"
module first:
    snakefile: "parts/Snakefile"
    config: config["first"]
    prefix: "first"
use rule * from first as first_*
module second:
    snakefile: "parts/Snakefile"
    config: config["second"]
    prefix: "second"
use rule * from second as second_*
use rule make from second as second_make with:
    params: word="another"
rule all:
    default_target: True
    input: rules.first_end.output, rules.second_end.output
"""
PART = """
rule make:
    output: "{n}.txt"
    params: word=config["word"]
    shell: "echo {params.word} > {output}"
rule end:
    input: expand("{n}.txt", n=range(config["count"]))
    output: "end.txt"
    shell: "cat {input} > {output}"
"""
CHECKPOINTS = """
wildcard_constraints: sample="[a-z]+"
checkpoint table:
    output: "samples.tsv"
    shell: "exit 9"
checkpoint parts:
    input: "samples.tsv"
    output: directory("parts/{sample}")
    shell: "exit 9"
def samples(wildcards):
    lines = open(checkpoints.table.get().output[0]).read().split()
    return expand("merged/{sample}.txt", sample=lines)
def pieces(wildcards):
    folder = checkpoints.parts.get(sample=wildcards.sample).output[0]
    names = glob_wildcards(folder + "/{n}.in").n
    return expand("done/{sample}/{n}.txt", n=names, allow_missing=True)
rule one:
    input: "parts/{sample}/{n}.in"
    output: temp("done/{sample}/{n}.txt")
    shell: "exit 9"
rule merge:
    input: pieces
    output: "merged/{sample}.txt"
    shell: "exit 9"
rule all:
    default_target: True
    input: samples
"""
SCATTER = """
scattergather: split=5
rule all:
    input: "gathered.txt"
rule split:
    output: scatter.split("part/{scatteritem}.txt")
    shell: "exit 9"
rule work:
    input: "part/{scatteritem}.txt"
    output: "work/{scatteritem}.txt"
    group: "work"
    shell: "exit 9"
rule gather:
    input: gather.split("work/{scatteritem}.txt")
    output: "gathered.txt"
    shell: "exit 9"
"""
PIPES = """
rule all:
    input: "counted.txt", "served.txt"
rule write:
    output: pipe("words.txt")
    shell: "exit 9"
rule count:
    input: "words.txt"
    output: "counted.txt"
    shell: "exit 9"
rule server:
    output: service("base.socket")
    shell: "exit 9"
rule client:
    input: "base.socket"
    output: "served.txt"
    shell: "exit 9"
"""
STORAGE = """
storage:
    provider="fs"
rule all:
    input: storage.fs("bucket/all.txt"), "here.txt"
rule one:
    output: storage.fs("bucket/one.txt")
    shell: "exit 9"
rule all_of_it:
    input: storage.fs("bucket/one.txt")
    output: storage.fs("bucket/all.txt")
    shell: "exit 9"
rule here:
    input: storage.fs("bucket/one.txt")
    output: "here.txt"
    shell: "exit 9"
"""
WORKDIR = """
workdir: "results of it"
rule all:
    input: "deep/er/out put.txt"
rule work:
    output: "deep/er/out put.txt"
    log: "logs/work.log"
    shell: "exit 9"
"""
FLAGS = """
rule all:
    input: "kept.txt", "folder", "touched.txt", "full.txt", "a.one", "a.two"
rule temporary:
    output: temp("gone.txt"), temp(directory("gone"))
    shell: "exit 9"
rule kept:
    input: "gone.txt", "gone"
    output: protected("kept.txt"), folder=directory("folder"), none=touch("touched.txt")
    benchmark: "kept.bench"
    shell: "exit 9"
rule ensured:
    output: ensure("full.txt", non_empty=True), multiext("a", ".one", ".two")
    shadow: "minimal"
    retries: 2
    priority: 50
    shell: "exit 9"
"""
HOOKS = """
onstart: open("started.txt", "w").write("began")
onsuccess: open("ended.txt", "w").write("well")
onerror: open("ended.txt", "w").write("badly")
rule all:
    input: expand("{s}.txt", s=list("abc"))
rule work:
    output: "{s}.txt"
    shell: "exit 9"
rule all_the_same:
    input: "a.txt"
    output: "never.txt"
    shell: "exit 9"
"""
RUN_SCRIPT = """
import os
localrules: all, ran
rule all:
    input: "ran.txt", "scripted.txt", "wrapped.txt"
rule ran:
    output: "ran.txt"
    run: open(output[0], "w").write("ran")
rule scripted:
    output: "scripted.txt"
    script: "scripts/none.py"
rule wrapped:
    output: "wrapped.txt"
    conda: "env.yaml"
    container: "docker://no/such"
    wrapper: "file:wrappers/none"
"""
STRICT = """
from snakemake.utils import validate
configfile: "config.yaml"
validate(config, "schema.yaml")
rule all:
    input: "all.txt"
rule work:
    output: "all.txt"
    params: config["word"]
    shell: "exit 9"
"""
SCHEMA = """
$schema: "http://json-schema.org/draft-07/schema#"
type: object
properties: {word: {type: string}}
additionalProperties: false
"""
OWN_SECTION = """
configfile: "config.yaml"
rule all:
    input: "all.txt"
rule slack:
    output: "all.txt"
    params: config["slack"]["bandwidth"]
    shell: "exit 9"
"""
CLASH = """
rule all:
    input: "all.txt"
rule slack_message:
    output: "message.txt"
    shell: "exit 9"
rule slack_file:
    input: "message.txt"
    output: "all.txt"
    shell: "exit 9"
"""
REBOUND = """
configfile: "config.yaml"
resources = config["resources"]
config = config["tool"]
rule all:
    input: "all.txt"
rule work:
    output: config["out"]
    shell: "exit 9"
"""
WANTS_ALL = """
def everything(wildcards):
    return sorted(rules.work.output)
ruleorder: work > other
wildcard_constraints: name="[a-z/]+"
rule all:
    input: "made/all.txt"
rule work:
    output: "made/{name}.txt"
    shell: "exit 9"
rule other:
    output: "{path}/{name}.txt"
    shell: "exit 9"
rule any_json:
    output: "{any}.json"
    shell: "exit 9"
"""
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
        OWN_SECTION, (("config.yaml", "slack: {bandwidth: 3, token: none}\n"),), module=True
    ),
    "rules of our names": Made(CLASH, module=True),
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
        remote=made.remote, module=made.module, changing=made.changing,
    )  # fmt: skip
