"""Each Snakefile of the documentation is run; its steps post to a sandbox."""

import re
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.docs_run.blocks import Block, name_of, of
from tests.docs_run.scene import prepare

HEAD = """
configfile: "config.yaml"
SAMPLES = ["a", "b"]
import slack_wrapper
"""
FRAGMENT = """use rule slack_message as fragment with:
    input: message="summary.md"
    output: "slack/fragment.json"
"""
RULES = 'include: slack_wrapper.rules("slack.smk")\n'


def whole(text: str) -> str:
    """Return a Snakefile with what the page has said before, and a target for all receipts."""
    text = re.sub(r"^(\s*)\.\.\.$", r'\1output: "released.txt"\n\1shell: "touch {output}"', text,
                  flags=re.M)  # fmt: skip
    if text.startswith("params:"):  # what can stand in a rule
        text = FRAGMENT + re.sub("^", "    ", text, flags=re.M).rstrip() + "\n"
    own = any(word in text for word in ("include:", "module ", "slack_wrapper.wrapper()"))
    paths = re.findall(r'"(slack/[^"]+\.json)"', text)
    receipts = [path.replace("{sample}", "a") for path in paths]
    return (
        HEAD
        + ("" if own else RULES)
        + text.replace('configfile: "config.yaml"', "", 1)
        + "\nrule docs_base:\n    output: touch('docs_base.txt')\n"
        + f"rule docs_all:\n    input: 'docs_base.txt', {sorted(set(receipts))}\n"
    )


@pytest.mark.parametrize("block", of("python"), ids=name_of)
def test_it_runs(block: Block, study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    text = whole(block.text)
    # Nobody answers a question here (tests/approval do), and not everybody who is named exists.
    prepare(study, sandbox, dry_run=block.page.stem == "approvals" or FRAGMENT in text)
    (study / "Snakefile").write_text(text)
    done = snakemake("docs_all")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr, done.stderr
    receipts = list(study.glob("slack/*.json"))
    assert len(receipts) == len(set(re.findall(r'"slack/[^"]+\.json"', text)))
