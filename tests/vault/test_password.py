"""The password chain and its sources."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from slack_wrapper.common.redact import Secret
from slack_wrapper.config import PasswordSources
from slack_wrapper.errors import (
    KeyFileMissing,
    KeyringInsecure,
    KeyringUnavailable,
    NoPassword,
    PasswordCommandFailed,
    PasswordFileUnreadable,
    WrongPassword,
)
from slack_wrapper.vault.keyfile import kdf, store
from slack_wrapper.vault.passwords import sources
from slack_wrapper.vault.passwords.chain import PasswordChain, keyring_username


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "slack-api.enc"
    store.encrypt_to(path, "xoxb-1-abc", "right", profile="test-only")
    return path


def chain(**options) -> PasswordChain:
    given = options.pop("given", None)
    return PasswordChain(
        PasswordSources(**options), given=Secret(given) if given else None, interactive=False
    )


def test_a_given_password_opens(path: Path) -> None:
    assert chain(given="right").unlock(path).reveal() == "xoxb-1-abc"


def test_a_given_password_is_believed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_PASSWORD", "right")
    with pytest.raises(WrongPassword, match="from the config"):
        chain(given="wrong").unlock(path)


def test_the_environment_comes_before_the_command(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_PASSWORD", "right")
    assert chain(password_command="false").unlock(path)


def test_the_command_gives_its_first_line(path: Path) -> None:
    assert chain(password_command="printf 'right\\nand more\\n'").unlock(path)


def test_the_command_does_not_see_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_PASSWORD", "hidden")
    code = "import os; print(os.environ.get('SLACK_WRAPPER_PASSWORD', 'nothing'))"
    found = sources.from_command(f'{sys.executable} -c "{code}"')
    assert found.reveal() == "nothing"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "exit code 1"),
        ("/nonexistent/pass show", "cannot be run"),
        ("true", "empty first line"),
        ("", "cannot be run"),
        ("printf 'unclosed", "cannot be run"),
    ],
)
def test_a_command_that_gives_none_is_told(command: str, why: str) -> None:
    with pytest.raises(PasswordCommandFailed, match=why):
        sources.from_command(command)


def test_a_password_file_gives_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes("pässword\r\nmore".encode())
    assert sources.from_file(tmp_path / "p").reveal() == "pässword"
    with pytest.raises(PasswordFileUnreadable, match="no such file"):
        sources.from_file(tmp_path / "none")


def test_without_any_source_it_says_what_each_answered(path: Path) -> None:
    with pytest.raises(NoPassword, match=r"keyring.*nobody is asked"):
        chain().unlock(path)


def test_a_missing_file_is_told_before_a_password_is_sought(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing):
        chain(password_command="false").unlock(tmp_path / "none.enc")


def test_each_file_is_opened_once(path: Path) -> None:
    passwords = chain(given="right")
    before = kdf.derivations()
    for _ in range(3):
        passwords.unlock(path)
    assert kdf.derivations() == before + 1


def test_one_password_serves_several_files(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.enc"
    store.encrypt_to(other, "xoxb-2-def", "right", profile="test-only")
    (tmp_path / "once").write_text("right\n")
    # The command works once; the second file opens with the password that fitted the first.
    passwords = chain(password_command=f"sh -c 'cat {tmp_path}/once && rm {tmp_path}/once'")
    assert passwords.unlock(path).reveal() == "xoxb-1-abc"
    assert passwords.unlock(other).reveal() == "xoxb-2-def"


@pytest.mark.parametrize(
    ("backend", "error"),
    [
        ("keyring.backends.fail.Keyring", KeyringUnavailable),
        ("keyring.backends.null.Keyring", KeyringUnavailable),
        ("keyrings.alt.file.PlaintextKeyring", KeyringInsecure),
    ],
)
def test_keyrings_that_do_not_encrypt_are_not_used(
    backend: str, error: type[Exception], tmp_path: Path
) -> None:
    code = (
        "from slack_wrapper.vault.passwords import keyring as p\n"
        "try: p.from_keyring('s', 'u')\n"
        "except Exception as e: print(type(e).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == error.__name__


def test_the_keyring_entry_is_named_by_config_or_by_full_path(path: Path) -> None:
    assert keyring_username(PasswordSources(keyring_username="study"), path) == "study"
    assert keyring_username(PasswordSources(), path) == str(path.resolve())


def test_a_command_that_failed_is_not_waited_for_again(path: Path) -> None:
    asked = path.parent / "asked"
    passwords = chain(password_command=f"sh -c 'echo x >> {asked}; exit 3'")
    for _ in range(2):
        with pytest.raises(PasswordCommandFailed):
            passwords.unlock(path)
    assert asked.read_text().split() == ["x"]


@pytest.mark.parametrize(
    "command", ["sleep 100", "sh -c 'sleep 100 & wait'", "sh -c 'exec >&-; sleep 100'", "cat"]
)
def test_a_command_that_does_not_end_is_ended(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "COMMAND_SECONDS", 0.5)
    ours, theirs = os.pipe()  # a standard input on which nothing ever comes
    monkeypatch.setattr(subprocess, "Popen", partial(subprocess.Popen, stdin=ours))
    try:
        with pytest.raises(PasswordCommandFailed, match="took more than"):
            sources.from_command(command)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "command", ["yes right", "sh -c 'echo right; sleep 100 &'", "sh -c 'exec 2>&1; echo right'"]
)
def test_a_command_that_prints_without_end_or_leaves_something_behind_is_no_hindrance(
    command: str,
) -> None:
    assert sources.from_command(command).reveal() == "right"


def test_a_value_given_to_a_command_is_not_in_its_error() -> None:
    with pytest.raises(PasswordCommandFailed) as failed:
        sources.from_command("STORE_KEY=hunter22 pass show lab")
    assert "hunter22" not in str(failed.value)
    assert "STORE_KEY=…" in str(failed.value)
