"""Commands where streams are closed, names are not UTF-8, and files begin with a mark."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.common.valid_text import valid, valid_within
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run

BOM = b"\xef\xbb\xbf"
TO = ("--channel", "librec_channel", "--encrypted-key", "keys/slack-api.enc")


def shell(study: Path, sandbox: Sandbox, line: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Run `line` in bash, `$@` being the command; return its exit code and what it printed."""
    done = subprocess.run(
        ["bash", "-c", line, "bash", sys.executable, "-m", "slack_wrapper.cli.main", *arguments],
        cwd=study, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        timeout=120, check=False,
        env={
            **os.environ, "SLACK_WRAPPER_BASE_URL": sandbox.api_url,
            "SLACK_WRAPPER_PASSWORD": PASSWORD, **env,
        },
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_hinder_nothing(study: Path, sandbox: Sandbox, closed: str) -> None:
    (study / "a.txt").write_text("a")
    for arguments in (("message", "hello"), ("file", "a.txt")):
        receipt = ("--receipt", f"{arguments[0]}.json")
        code, _ = shell(study, sandbox, f'"$@" {closed}', *arguments, *TO, *receipt)
        assert code == 0
        assert json.loads((study / receipt[1]).read_text())["status"] == "delivered"
    assert len(sandbox.messages()) == 2


def test_what_is_printed_does_not_go_into_a_file_of_ours(study: Path, sandbox: Sandbox) -> None:
    """The first file that is opened would have the number of the closed stream."""
    code, _ = shell(
        study, sandbox, 'exec >&-; exec 2>&-; "$@"', "message", "x", *TO, "--receipt", "r"
    )
    assert code == 0
    json.loads((study / "r").read_text())


def test_output_that_cannot_be_written_is_told_after_the_post(
    study: Path, sandbox: Sandbox
) -> None:
    code, said = shell(study, sandbox, '"$@" >/dev/full', "message", "hello", *TO)
    assert code == 1
    assert "the output cannot be written: no space left on device" in said
    assert "Traceback" not in said
    assert len(sandbox.messages()) == 1


def test_a_reader_that_has_gone_is_no_error(study: Path, sandbox: Sandbox) -> None:
    code, said = shell(study, sandbox, '"$@" | true; exit ${PIPESTATUS[0]}', "message", "x", *TO)
    assert (code, said) == (0, "")


@pytest.mark.parametrize("locale", ["POSIX", "C.UTF-8", "none"])
def test_any_locale_posts_the_same_text(study: Path, sandbox: Sandbox, locale: str) -> None:
    env = {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    (study / "note.md").write_text("naïve ☃ plan\n", encoding="utf-8")
    code, said = shell(study, sandbox, '"$@" - <note.md', "message", *TO, **env)
    assert code == 0, said
    code, said = shell(study, sandbox, '"$@"', "message", "naïve ☃ plan", *TO, **env)
    assert code == 0, said
    assert [message["text"] for message in sandbox.messages()] == ["naïve ☃ plan"] * 2


def test_a_name_that_is_not_utf_8_is_posted(study: Path, sandbox: Sandbox) -> None:
    name = b"plot-\xff\xe9.png"
    (study / os.fsdecode(name)).write_bytes(b"\x89PNG")
    code, said = shell(study, sandbox, '"$@" plot*.png', "file", *TO, "--receipt", "r.json")
    assert code == 0, said
    shown = json.loads((study / "r.json").read_text())["files"][0]["name"]
    assert shown == "plot-\ufffd\ufffd.png"
    code, said = shell(study, sandbox, "\"$@\" $'caf\\xe9'", "message", *TO)
    assert code == 0, said
    assert [message["text"] for message in sandbox.messages()][1] == "caf\ufffd"


def test_a_limit_of_no_bytes_for_files_is_told(study: Path, sandbox: Sandbox) -> None:
    for policy in ("fail", "queue"):
        code, said = shell(
            study, sandbox, 'ulimit -f 0; "$@" 2>&1 | cat; exit ${PIPESTATUS[0]}',
            "message", policy, *TO, "--on-failure", policy, "--receipt", "r.json",
        )  # fmt: skip
        assert "Traceback" not in said
        assert code in (1, 2), said
        assert "r.json" in said
        assert "hint:" in said


def test_a_mark_at_the_start_of_a_file_is_no_part_of_a_secret(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    env = {"SLACK_WRAPPER_BASE_URL": sandbox.api_url}
    (study / "token").write_bytes(BOM + sandbox.token.encode() + b"\r\n")
    (study / "password").write_bytes(BOM + PASSWORD.encode() + b"\r\n")
    by_file = ("--password-file", "password")
    done = command("encrypt", "--key", "token", "--encrypted", "new.enc", *by_file, env=env)
    assert done.returncode == 0, done.stderr
    assert store.unlock(study / "new.enc", PASSWORD).reveal() == sandbox.token
    marked = study / "keys" / "slack-api.enc"
    marked.write_bytes(BOM + marked.read_bytes())
    for given in (by_file, ("--password-command", shlex.join(["cat", "password"]))):
        done = command("message", "hello", *TO, *given, env=env)
        assert done.returncode == 0, done.stderr
    done = command("encrypt", "--key", "token", "--encrypted", str(marked), *by_file, env=env)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "source"),
    [
        (("--password-file", "other"), "the password file other"),
        (("--password-command", "cat other"), "the password command cat"),
        (("--password", "wrong"), "--password"),
        ((), "$SLACK_WRAPPER_PASSWORD"),
    ],
)
def test_a_wrong_password_names_where_it_came_from(
    study: Path, sandbox: Sandbox, command: Run, given: tuple[str, ...], source: str
) -> None:
    (study / "other").write_text("wrong\n")
    env = {"SLACK_WRAPPER_BASE_URL": sandbox.api_url, "SLACK_WRAPPER_PASSWORD": "wrong"}
    done = command("message", "hello", *TO, *given, env=env)
    assert done.returncode == 1
    assert f"the password from {source} does not open" in done.stderr


def test_text_is_made_valid() -> None:
    assert valid("plain ☃ 🐍") == "plain ☃ 🐍"
    assert valid("a\udcffb") == "a\ufffdb"
    assert valid("\ud83d\udc0d") == "🐍"
    assert valid_within({"a\udcff": ["\udcff", ("x", 1)]}) == {"a\ufffd": ["\ufffd", ("x", 1)]}
