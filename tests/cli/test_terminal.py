"""What is for a terminal only, and what is for scripts: colours, bars, tables, JSON, completion."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.cli.terminal import columns
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run

KEY = ("--encrypted-key", "keys/slack-api.enc", "--channel", "librec_channel")
ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
DOWN = {**ENV, "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}
COLOUR = "\033["


def on_a_terminal(study: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Run the command with a terminal for stdout and stderr and return what it showed."""
    child = pexpect.spawn(
        sys.executable, ["-m", "slack_wrapper.cli.main", *arguments], cwd=str(study),
        env={**os.environ, **ENV, "TERM": "xterm", **(env or {})}, timeout=120, encoding="utf-8",
        dimensions=(50, 200),
    )  # fmt: skip
    shown = child.read()
    child.close()
    return str(shown)


def test_errors_and_marks_are_in_colour_on_a_terminal(study: Path, sandbox: Sandbox) -> None:
    shown = on_a_terminal(study, "check", *KEY)
    assert "\033[32m✓\033[0m" in shown
    bad = on_a_terminal(study, "check", *KEY[:2], "--channel", "nowhere")
    assert "\033[31m✗\033[0m channel nowhere" in bad
    error = on_a_terminal(study, "inspect", "none.enc")
    assert "\033[31mslack-wrapper: error: \033[0mthe key file none.enc" in error
    assert "\033[33mhint: \033[0m" in error


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_switched_off(study: Path, sandbox: Sandbox, env: dict[str, str]) -> None:
    assert COLOUR not in on_a_terminal(study, "check", *KEY, env=env)
    assert COLOUR not in on_a_terminal(study, "inspect", "none.enc", env=env)


def test_no_colours_in_a_pipe(study: Path, sandbox: Sandbox, command: Run) -> None:
    done = command("check", *KEY, env=ENV)
    assert done.returncode == 0
    assert COLOUR not in done.stdout + done.stderr
    assert COLOUR not in command("inspect", "none.enc").stderr


@pytest.fixture
def slow(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars without delay, for a file that takes several reads."""
    (study / "sitecustomize.py").write_text(
        "from slack_wrapper.cli import terminal\nterminal._DELAY = 0.0\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(study))
    (study / "big.bin").write_bytes(bytes(8 << 20))


def test_an_upload_has_a_bar_on_a_terminal_only(
    study: Path, sandbox: Sandbox, command: Run, slow: None
) -> None:
    shown = on_a_terminal(study, "file", "big.bin", *KEY, "--json")
    assert re.search(r"big\.bin: +\d+%", shown)
    assert "8.00M" in shown
    done = command("file", "big.bin", *KEY, "--json", env=ENV)
    assert done.returncode == 0, done.stderr
    assert "%" not in done.stderr
    assert json.loads(done.stdout)["files"][0]["size"] == 8 << 20


def test_several_uploads_have_a_bar_each(study: Path, sandbox: Sandbox, slow: None) -> None:
    names = [f"big{number}.bin" for number in range(5)]
    for name in names:
        shutil.copy(study / "big.bin", study / name)
    sandbox.faults.add(Fault("upload", "slow", seconds=1.0, times=9))
    shown = on_a_terminal(study, "file", *names, *KEY, "--json")
    lines = re.split(r"[\r\n]", shown)
    for name in names:
        assert re.search(rf"{name}: +\d+%", shown)
        assert sum(line.count(f"{name}:") for line in lines) >= 1
    assert not [line for line in lines if line.count("%|") > 1]  # none is written over another
    posted = json.loads(shown[shown.index("{\r\n") :])
    assert [file["name"] for file in posted["files"]] == names


def test_ctrl_c_ends_uploads_that_hang(study: Path, sandbox: Sandbox) -> None:
    for number in range(6):
        (study / f"{number}.txt").write_text("text")
    sandbox.faults.add(Fault("upload", "hang", seconds=300.0, times=9))
    child = pexpect.spawn(
        sys.executable, ["-m", "slack_wrapper.cli.main", "file", *[f"{n}.txt" for n in range(6)],
                         *KEY], cwd=str(study), env={**os.environ, **ENV}, timeout=20,
    )  # fmt: skip
    while len(sandbox.calls("upload")) < 4:
        time.sleep(0.05)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert sandbox.messages() == []


def test_an_upload_that_does_not_take_long_has_no_bar(study: Path, sandbox: Sandbox) -> None:
    (study / "sitecustomize.py").write_text(
        "from slack_wrapper.cli import terminal\nterminal._DELAY = 3600.0\n"
    )
    (study / "a.txt").write_text("text")
    shown = on_a_terminal(study, "file", "a.txt", *KEY, env={"PYTHONPATH": str(study)})
    assert "delivered: librec_channel" in shown
    assert "%" not in shown


def test_columns_are_as_wide_as_they_must() -> None:
    assert columns([("ID", "WHY"), ("12345", "it waits"), ("1", "")]) == (
        "ID     WHY\n12345  it waits\n1"
    )
    assert columns([]) == ""


def test_what_waits_is_a_table(study: Path, sandbox: Sandbox, command: Run) -> None:
    assert command("message", "hello", *KEY, "--on-failure", "queue", env=DOWN).returncode == 75
    lines = command("outbox").stdout.splitlines()
    assert lines[0].split() == ["ID", "STATE", "SINCE", "POST", "CHANNEL", "REASON"]
    at = lines[0].index("STATE")
    assert lines[1][at:].startswith("waits")
    assert "message  librec_channel  no answer from Slack" in lines[1]


def test_flush_as_json(study: Path, sandbox: Sandbox, command: Run) -> None:
    command("message", "hello", *KEY, "--on-failure", "queue", env=DOWN)
    (study / "a.txt").write_text("text")
    command("file", "a.txt", *KEY, "--post-at", "2h", env=ENV)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="is_archived"))
    failed = command("flush", "--json", env=ENV)
    assert failed.returncode == 1
    told = json.loads(failed.stdout)
    assert "is_archived" in told["posts"][0]["error"]
    assert told["posts"][0]["hint"]
    done = command("flush", "--json", env=ENV)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["posts"][0]["receipt"]["status"] == "delivered"
    assert told["not_due"] == 1


def test_a_manifest_as_json(command: Run) -> None:
    told = json.loads(command("manifest", "--json").stdout)
    assert told["url"] == command("manifest", "--url-only").stdout.strip()
    assert told["manifest"]["display_information"]["name"] == "Snakemake"


COMPLETE = """
source completion.bash
COMP_WORDS=(slack-wrapper {words}); COMP_CWORD={last}
_shtab_slack_wrapper
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("fl", ["flush"]),
        ("keyring ch", ["check"]),
        ("message --post", ["--post-at"]),
        ("encrypt --key cle", ["clear.key"]),
    ],
)
def test_bash_completes(study: Path, command: Run, words: str, expected: list[str]) -> None:
    (study / "clear.key").write_text("x")
    script = command("completion", "bash")
    assert script.returncode == 0, script.stderr
    (study / "completion.bash").write_text(script.stdout)
    text = COMPLETE.format(words=words, last=len(words.split()))
    done = subprocess.run(
        ["bash", "-c", text], cwd=study, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == expected, done.stderr


def test_zsh_gets_a_script(command: Run, tmp_path: Path) -> None:
    done = command("completion", "zsh")
    assert done.returncode == 0, done.stderr
    for word in ("flush", "completion", "--post-at"):
        assert word in done.stdout
    if shutil.which("zsh"):
        (tmp_path / "_slack-wrapper").write_text(done.stdout)
        subprocess.run(["zsh", "-n", str(tmp_path / "_slack-wrapper")], check=True)


def test_without_its_package_the_remedy_is_told(study: Path, command: Run) -> None:
    (study / "shtab.py").write_text("raise ModuleNotFoundError(name='shtab')")
    done = command("completion", "bash", env={"PYTHONPATH": str(study)})
    assert done.returncode == 2
    assert "hint: install it with: pip install 'snakemake-slack-wrapper[terminal]'" in done.stderr
