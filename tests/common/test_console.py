"""What is said to a person: one prefix, no secret, no terminal sequence, wherever it comes from."""

import ast
import io
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.common import console
from slack_wrapper.common.redact import MASK, Secret

PACKAGE = Path(console.__file__).parents[1]
# Who else may print: a sandbox shows the token it has made, slack-post runs without us, a prompt
# leaves the cursor behind it.
OTHERS = {"common/console.py", "cli/sandbox.py", "librec/slack_post.py", "cli/terminal.py"}


def printers() -> list[str]:
    found = []
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.parent.glob("snakemake_logger_*/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            said = ast.unparse(node.func)
            if said == "print" or said.endswith(("stderr.write", "stdout.write")):
                found.append(str(path).removeprefix(f"{PACKAGE}/"))
    return found


def test_nothing_else_prints() -> None:
    assert set(printers()) - OTHERS == set()  # use `common.console` instead
    assert "common/console.py" in printers()  # the control: it is found where it is


@pytest.mark.parametrize(
    ("tell", "head"),
    [(console.say, ""), (console.warn, "warning: "), (console.fail, "error: ")],
)
def test_one_prefix_and_no_secret(tell, head: str, capsys: pytest.CaptureFixture[str]) -> None:
    Secret("correct horse")
    tell("xoxb-1-abcdef correct horse\nhint: look")
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"slack-wrapper: {head}{MASK} {MASK}\nhint: look\n")


@pytest.mark.parametrize("sequence", ["\x1b[2K", "\x1b]0;title\x07", "\x9b31m", "\x1b(B", "\u202e",
                                      "\r", "\b", "\u200b"])  # fmt: skip
def test_no_terminal_sequence_leaves(sequence: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.show(f"be{sequence}fore xoxb-1-{sequence}abcdef")
    said = capsys.readouterr().out
    assert all(one.isprintable() or one == "\n" for one in said)
    assert "abcdef" not in said or sequence == "\r"  # which is a line of its own


def test_a_terminal_that_is_gone_or_knows_no_utf8_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console.show("✓ done", out=narrow)
    narrow.seek(0)
    assert narrow.read() == "\\u2713 done\n"
    for gone in (None, open("/dev/full", "w", buffering=1)):  # noqa: PTH123, SIM115
        monkeypatch.setattr(sys, "stderr", gone)
        console.warn("a warning")


def test_colours_are_for_terminals_only() -> None:
    code = "from slack_wrapper.common import console; console.fail('no\\nhint: yes')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "slack-wrapper: error: no\nhint: yes\n"
