"""Each Snakefile of the documentation is run; its steps post to a sandbox."""

import re
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.docs_run.blocks import Block, name_of, of
from tests.docs_run.scene import prepare
from tests.support.docs_pages import FRAGMENT, whole


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
