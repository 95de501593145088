"""The first five minutes: the commands that README.md begins with, typed into a bare venv.

Prints a transcript with the seconds that each command took, of which nothing is asserted. Fails if
a command fails, or if it takes more than six to the first message.
Use, from the repository: python tests/package_run/first_minutes.py VENV CHECKOUT
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from slack_wrapper.sandbox.server import Sandbox  # noqa: E402
from tests.docs_run.blocks import blocks  # noqa: E402

MOST = 6  # commands to the first message
PASSWORD = "correct horse battery staple"
INSTALL = "pip install ."  # the one that is run in a checkout, not in the lab's folder


def commands() -> list[str]:
    """Return the commands of the README's first console block."""
    first = next(block for block in blocks(REPOSITORY / "README.md") if block.language == "console")
    return [re.sub(r"\s+# .*", "", command) for command in first.commands]


def lab(folder: Path) -> None:
    """Write the README's workflow, and the results that it posts."""
    readme = Path(__file__).with_name("readme.py")
    subprocess.run([sys.executable, readme, REPOSITORY / "README.md", folder], check=True)
    (folder / "config.yaml").unlink()  # what the README tells a user to do makes it
    (folder / "results").mkdir()
    (folder / "results" / "summary.md").write_text("*all* well\n")
    (folder / "post").mkdir()
    (folder / "post" / "viz-bar-NormalizedDCG.jpg").write_bytes(b"\xff\xd8\xff a plot")


def typed(command: str, cwd: Path, env: dict[str, str], answers: dict[str, str]) -> str:
    """Run a command on a terminal, answer what it asks, and return what was to be seen.

    Raises:
        SystemExit: it failed, or asked what a reader of the README has no answer to.
    """
    child = pexpect.spawn("bash", ["-c", command], cwd=str(cwd), env=env, timeout=600,
                          encoding="utf-8", dimensions=(40, 120))  # fmt: skip
    seen = ""
    while (asked := child.expect([*answers, pexpect.EOF])) < len(answers):
        seen += child.before + child.after
        child.sendline(list(answers.values())[asked])
    seen += child.before
    child.close()
    if child.exitstatus != 0:
        sys.exit(f"first minutes: {command} ended with {child.exitstatus}:\n{seen}")
    return seen


def main(venv: Path, checkout: Path) -> None:
    """Type all of it and print the transcript."""
    first, rows = 0, []
    with tempfile.TemporaryDirectory() as scratch, Sandbox() as box:
        folder = Path(scratch) / "lab"
        folder.mkdir()
        lab(folder)
        env = {"PATH": f"{venv}/bin:/usr/bin:/bin", "HOME": scratch, "LANG": "C.UTF-8",
               "TERM": "dumb", "SLACK_WRAPPER_BASE_URL": box.api_url,
               "PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
               **{name: os.environ[name] for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE")
                  if name in os.environ}}  # fmt: skip
        answers = {
            r"oken[^:\n]*: ": box.token,
            r"assword[^:\n]*: ": PASSWORD,
            r"same again: ": PASSWORD,
            r"hannel to post to: ": "librec_channel",
            r"\[Y/n\] ": "n",
        }
        for number, command in enumerate(commands(), 1):
            began = time.monotonic()
            seen = typed(command, checkout if command == INSTALL else folder, env, answers)
            rows.append(f"{time.monotonic() - began:7.1f} s  $ {command}")
            lines = [f"           {line[:150]}" for line in seen.split("\r\n") if line]
            print(rows[-1], *lines, sep="\n")
            if box.messages() and not first:
                first = number
                print(f"           (command {number}: the first message is in the channel)")
            if box.token in seen or PASSWORD in seen:
                sys.exit("first minutes: a secret was shown")
        texts = [message["text"] for message in box.messages()]
        receipt = json.loads((folder / "slack" / "post_ndcg.json").read_text())
    if not 0 < first <= MOST:
        sys.exit(f"first minutes: the first message takes more than {MOST} commands: {texts}")
    if receipt["status"] != "delivered":
        sys.exit(f"first minutes: the README's file was not posted: {receipt}")
    print("", *rows, sep="\n")


main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
