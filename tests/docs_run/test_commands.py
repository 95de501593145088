"""Each command of the documentation is run, page by page, on a terminal."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.docs_run.blocks import PAGES, Block, blocks, of
from tests.docs_run.scene import prepare
from tests.support.docs_pages import whole

RECEIPT = r"slack/\w+\.json"
BIN = str(Path(sys.executable).parent)
ANSWERS = {"assword[^:\n]*: ": PASSWORD, "[Tt]he same again: ": PASSWORD}


def snakefile(page: Path, script: str) -> str:
    """Return the Snakefile of a page that its commands mean: the one with the files they name."""
    found = [block.text for block in blocks(page) if block.language == "python"]
    named = [text for text in found if any(path in script for path in re.findall(RECEIPT, text))]
    return whole((named or found or [""])[0])


@pytest.mark.parametrize(
    "page", sorted({block.page for block in of("console")}), ids=lambda page: page.stem
)
def test_every_command_of_the_page(page: Path, study: Path, sandbox: Sandbox) -> None:
    prepare(study, sandbox)
    script = "\n".join(
        command for block in of("console") if block.page == page for command in block.commands
    )
    (study / "Snakefile").write_text(snakefile(page, script))
    child = pexpect.spawn(
        "bash", ["-euxo", "pipefail", "-c", script], cwd=str(study), timeout=60, encoding="utf-8",
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(study), "TERM": "dumb",
             "PYTHON_KEYRING_BACKEND": os.environ["PYTHON_KEYRING_BACKEND"],
             "SLACK_WRAPPER_BASE_URL": sandbox.api_url},
    )  # fmt: skip
    seen = ""
    while (prompt := child.expect([*ANSWERS, pexpect.EOF])) < len(ANSWERS):
        seen += child.before
        child.sendline(list(ANSWERS.values())[prompt])
    seen += child.before
    child.close()
    assert child.exitstatus == 0, seen
    assert PASSWORD not in seen


def test_every_block_is_run_or_says_why_not() -> None:
    known = {"console", "python", "yaml", "json", "jinja", "text", ""}
    found = [block for page in PAGES for block in blocks(page)]
    assert len(found) > 30
    assert [block for block in found if block.language not in known and not block.why_not] == []


def test_console_blocks_begin_with_a_command() -> None:
    def starts(block: Block) -> bool:
        return block.text.startswith("$ ")

    assert [block for block in of("console") if not starts(block)] == []
