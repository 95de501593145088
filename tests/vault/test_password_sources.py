"""The password sources alone: what the terminal, commands and files can do wrong."""

import os
import sys
import time
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.errors import PasswordCommandFailed, PasswordFileUnreadable
from slack_wrapper.vault.passwords import sources

PROGRAM = """
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.vault.passwords.prompt import from_prompt
try:
    found = from_prompt("Password: ", confirm={confirm})
    print("found", len(found.reveal()), found)
except SlackWrapperError as error:
    print(type(error).__name__ + ":", error.message)
"""


def at_prompt(*keys: bytes, confirm: bool = False) -> str:
    """Type at a real terminal; return all that it showed."""
    child = pexpect.spawn(
        sys.executable, ["-c", PROGRAM.format(confirm=confirm)],
        env={**os.environ, "PYTHONUTF8": "1"}, timeout=30,
    )  # fmt: skip
    for prompt, typed in zip((b"Password: ", b"The same again: "), keys, strict=False):
        child.expect_exact(prompt)
        child.send(typed)
    child.expect(pexpect.EOF)
    shown = child.before.decode("utf-8", "replace")
    child.close()
    return shown


def test_the_prompt_shows_nothing_of_what_is_typed() -> None:
    shown = at_prompt("pässword\n".encode())
    assert "found 8 Secret(…)" in shown
    assert "ssword" not in shown


def test_a_new_password_is_asked_for_twice() -> None:
    assert "found 3" in at_prompt(b"one\n", b"one\n", confirm=True)
    assert "EmptyPassword: the two passwords differ" in at_prompt(b"one\n", b"two\n", confirm=True)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((b"\n",), "EmptyPassword: the password is empty"),
        ((b"\x04",), "EmptyPassword: the password is empty"),
        ((b"one\n", b"\x04"), "EmptyPassword: the two passwords differ"),
        ((b"\xff\xfe\n",), "PasswordError: what was typed is not text"),
    ],
    ids=["return", "ctrl-d", "ctrl-d at the second", "no text"],
)
def test_what_is_no_password_is_told_without_a_traceback(
    keys: tuple[bytes, ...], said: str
) -> None:
    shown = at_prompt(*keys, confirm=True)
    assert said in shown
    assert "Traceback" not in shown


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "COMMAND_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(PasswordCommandFailed, match="took more than"):
        sources.from_command("sleep 30")
    assert time.monotonic() - started < 10


def test_an_error_of_a_command_does_not_repeat_its_arguments_or_output() -> None:
    with pytest.raises(PasswordCommandFailed) as caught:
        sources.from_command("sh -c 'echo hidden; exit 3'")
    assert "hidden" not in str(caught.value)
    assert "exit code 3" in caught.value.message


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "empty first line"), (b"\nlate", "empty first"), (b"\xff\n", "UTF-8")]
)
def test_a_file_without_a_password_is_told(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "p").write_bytes(data)
    with pytest.raises(PasswordFileUnreadable, match=why):
        sources.from_file(tmp_path / "p")


def test_an_empty_variable_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_PASSWORD", "")
    assert sources.from_environment() is None
