"""The pictures of docs/logger.md: a real run with `--logger slack`, while it runs and failed.

The sandbox's page is photographed. The names of this machine and of its folders are replaced,
nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from browser import NoBrowser, export, pictures

from slack_wrapper.sandbox.server import Sandbox

HERE = Path(__file__).parent
SNAKEFILE = """
SAMPLES = ["mouse1", "mouse2", "mouse3", "rat1", "rat2", "rat3"]

rule all:
    localrule: True
    input: "report.html"

rule trim:
    output: "trimmed/{sample}.fastq"
    shell: "sleep 0.4; touch {output}"

rule align:
    input: "trimmed/{sample}.fastq"
    output: "aligned/{sample}.bam"
    shell: "sleep 1.$(( $(printf {wildcards.sample} | cksum | cut -c1-2) % 9 )); touch {output}"

rule call:
    input: "aligned/{sample}.bam"
    output: "calls/{sample}.vcf"
    log: "logs/call/{sample}.log"
    retries: 1
    shell:
        "call-variants --reference mm39.fa --ploidy 2 {input} > {output} 2> {log}"

rule merge:
    input: expand("calls/{sample}.vcf", sample=SAMPLES)
    output: "merged.vcf"
    shell: "sleep 1; touch {output}"

rule report:
    input: "merged.vcf"
    output: "report.html"
    shell: "touch {output}"
"""
CALLER = """#!/bin/bash
set -e
echo "call-variants 2.1.0" >&2
input=${@: -1}
echo "reading $input against $2" >&2
echo "12 408 311 reads, 98.2 % mapped" >&2
sleep 1.4
if [[ $input == *rat* ]]; then
    echo "WARNING: contig chr20 is in $input, not in the reference" >&2
    echo "ERROR: the reads of $input were aligned to another genome than mm39.fa" >&2
    exit 2
fi
"""


def study(home: Path) -> Path:
    """Make a study with its repository and return its folder."""
    folder = home / "variants-2026"
    (folder / "bin").mkdir(parents=True)
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "bin" / "call-variants").write_text(CALLER)
    (folder / "bin" / "call-variants").chmod(0o755)
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Study"]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def run(sandbox: Sandbox, home: Path) -> subprocess.Popen[bytes]:
    folder = study(home)
    env = {
        **os.environ, "HOME": str(home), "LOGNAME": "ada", "SLACK_BOT_TOKEN": sandbox.token,
        "SLACK_WRAPPER_BASE_URL": sandbox.api_url, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "snakemake", "--cores", "4", "--keep-going", "--logger", "slack",
        "--logger-slack-channel", "librec_channel", "--logger-slack-mention", "ada@example.org",
    ]  # fmt: skip
    return subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def take(sandbox: Sandbox, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pictures(export(sandbox, Path(folder) / "page.html", "librec_channel", unfold=False), out)


def halfway(sandbox: Sandbox) -> bool:
    """Whether the message shows a run in its middle."""
    texts = [message["text"] for message in sandbox.messages()]
    found = [re.search(r"is running: (\d+) of", text) for text in texts]
    return any(one and int(one[1]) > 3 for one in found)


def main() -> int:
    try:
        with Sandbox() as sandbox, tempfile.TemporaryDirectory() as home:
            process = run(sandbox, Path(home))
            while process.poll() is None and not halfway(sandbox):
                time.sleep(0.1)
            take(sandbox, HERE / "logger-running.png")
            process.wait()
            take(sandbox, HERE / "logger-failed.png")
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
