"""The Snakefiles of `generated`, each with something that our part could stumble over."""

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
