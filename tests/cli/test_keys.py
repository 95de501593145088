"""Key files from the command line: prompts, warnings, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest

from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run
from tests.support.cli_keys import LEGACY, LEGACY_PASSWORD, at_terminal, encrypt, ended


@pytest.fixture
def key(study: Path) -> Path:
    path = study.parent / "slack-api.key"
    path.write_text("xoxb-1-abcdef\n")
    return path


def test_encrypt_prompts_twice(study: Path, key: Path) -> None:
    text, code = encrypt(study, key, "one word", "one word")
    assert (code, "wrote new.enc" in text) == (0, True)
    assert "one word" not in text
    assert store.unlock(study / "new.enc", "one word").reveal() == "xoxb-1-abcdef"


@pytest.mark.parametrize(
    ("typed", "said"), [(("one", "other"), "the two passwords differ"), (("",), "is empty")]
)
def test_encrypt_refuses_two_different_or_empty_passwords(
    study: Path, key: Path, typed: tuple[str, ...], said: str
) -> None:
    text, code = encrypt(study, key, *typed)
    assert code == 1
    assert said in text
    assert "hint: " in text
    assert not (study / "new.enc").exists()


def test_encrypt_reads_the_key_from_stdin(study: Path, command: Run) -> None:
    done = command(
        "encrypt", "--key", "-", "--encrypted", "new.enc",
        stdin="  xoxb-2-stdin\r\n", env={"SLACK_WRAPPER_PASSWORD": "p4ss"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert store.unlock(study / "new.enc", "p4ss").reveal() == "xoxb-2-stdin"


def test_without_a_terminal_encrypt_says_how_to_give_a_password(key: Path, command: Run) -> None:
    done = command("encrypt", "--key", str(key), "--encrypted", "new.enc")
    assert done.returncode == 1
    assert "--password-command" in done.stderr


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("hello", "does not look like a Slack token"),
        ("xoxp-1-abcdef", "this looks like: user token"),
        ("xapp-1-abcdef", "this looks like: app-level token"),
    ],
)
def test_what_does_not_look_like_a_bot_token_is_said(
    key: Path, command: Run, text: str, warning: str
) -> None:
    key.write_text(text)
    done = command(
        "encrypt", "--key", str(key), "--encrypted", "new.enc", env={"SLACK_WRAPPER_PASSWORD": "p"}
    )
    assert done.returncode == 0
    assert warning in done.stderr


@pytest.mark.parametrize("text", ["", "two words", "x" * 5000])
def test_what_is_no_token_is_refused(key: Path, command: Run, text: str) -> None:
    key.write_text(text)
    done = command("encrypt", "--key", str(key), "--encrypted", "new.enc")
    assert done.returncode == 1
    assert "holds no single token" in done.stderr


def test_a_clear_text_in_a_repository_is_warned_about(study: Path, command: Run) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(study), *arguments], check=True, capture_output=True)

    git("init")
    (study / "slack-api.key").write_text("xoxb-1-abcdef")
    arguments = ("encrypt", "--key", "slack-api.key", "--encrypted", "new.enc")
    env = {"SLACK_WRAPPER_PASSWORD": "p"}
    assert "lies in a git work tree" in command(*arguments, env=env).stderr
    git("add", "slack-api.key")
    assert "IS TRACKED BY GIT" in command(*arguments, env=env).stderr


def test_a_password_on_the_command_line_is_warned_about(key: Path, command: Run) -> None:
    done = command(
        "encrypt", "--key", str(key), "--encrypted", "new.enc", "--password", "seen by all"
    )
    assert done.returncode == 0
    assert "can be seen by every user" in done.stderr
    assert "seen by all" not in done.stderr + done.stdout


def test_inspect_tells_age_and_scheme(study: Path, command: Run) -> None:
    done = command("inspect", "keys/slack-api.enc")
    assert "AES-256-GCM" in done.stdout
    assert "Argon2id" in done.stdout
    found = json.loads(command("inspect", "--json", str(LEGACY)).stdout)
    assert found["legacy"]
    assert found["created"] == "2020-09-13T12:26:40Z"


def test_rekey_upgrades_a_legacy_file(study: Path) -> None:
    (study / "old.enc").write_bytes(LEGACY.read_bytes())
    child = at_terminal(study, "rekey", "old.enc")
    for prompt, text in (
        ("Password for old.enc: ", LEGACY_PASSWORD),
        ("New password for old.enc: ", "fresh words"),
        ("The same again: ", "fresh words"),
    ):
        child.expect_exact(prompt)
        child.sendline(text)
    text, code = ended(child)
    assert (code, "upgraded the librec-auto file" in text) == (0, True)
    assert store.unlock(study / "old.enc", "fresh words").reveal() == "xoxb-vector-0123456789"


def test_rekey_replaces_the_token(study: Path, key: Path, command: Run) -> None:
    done = command(
        "rekey", "keys/slack-api.enc", "--key", str(key), "--keep-password",
        env={"SLACK_WRAPPER_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert store.unlock(study / "keys" / "slack-api.enc", PASSWORD).reveal() == "xoxb-1-abcdef"


def test_a_legacy_key_is_warned_about_when_it_is_used(
    study: Path, command: Run, sandbox: object
) -> None:
    (study / "old.enc").write_bytes(LEGACY.read_bytes())
    done = command(
        "message", "x", "--channel", "librec_channel", "--encrypted-key", "old.enc",
        env={"SLACK_WRAPPER_PASSWORD": LEGACY_PASSWORD},
    )  # fmt: skip
    assert "slack-wrapper rekey old.enc" in done.stderr


@pytest.mark.parametrize(
    ("password", "weak"),
    [("p", True), ("lab2024", True), ("slack-wrapper", True), ("a" * 500, True),
     ("correct horse battery staple", False), ("kV9#mQ2xL-wT7", False)],
)  # fmt: skip
def test_a_weak_password_is_taken_with_a_warning(
    study: Path, command: Run, password: str, weak: bool
) -> None:
    (study / "clear.key").write_text("xoxb-1-abcdef\n")
    done = command(
        "encrypt", "--key", "clear.key", "--encrypted", "new.enc",
        env={"SLACK_WRAPPER_PASSWORD": password},
    )  # fmt: skip
    assert done.returncode == 0
    assert ("the password is weak" in done.stderr) is weak
    assert len(password) < 14 or password not in done.stderr
