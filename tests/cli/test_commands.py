"""Commands leave what was there as it was when they fail, and refuse what would lose something."""

from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run
from tests.support.cli_keys import LEGACY, LEGACY_PASSWORD, at_terminal, encrypt, ended

KEY = "keys/slack-api.enc"
ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}


@pytest.fixture
def cleartext(study: Path) -> Path:
    path = study / "slack-api.key"
    path.write_text("xoxb-1-abcdef\n")
    return path


def test_encrypt_keeps_the_old_file_when_it_fails(study: Path, cleartext: Path) -> None:
    (study / "new.enc").write_text("slack-wrapper-key v1\nwhat was there")
    _, code = encrypt(study, cleartext, "one", "other")
    assert code == 1
    assert (study / "new.enc").read_text() == "slack-wrapper-key v1\nwhat was there"


def test_encrypt_does_not_overwrite_the_clear_text(cleartext: Path, command: Run) -> None:
    done = command("encrypt", "--key", "slack-api.key", "--encrypted", "./slack-api.key", env=ENV)
    assert done.returncode == 2
    assert "are the same file" in done.stderr
    assert cleartext.read_text() == "xoxb-1-abcdef\n"


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (("rekey", KEY), {"SLACK_WRAPPER_PASSWORD": "wrong"}, "does not open"),
        (("rekey", KEY, "--keep-password"), {}, "no terminal to ask at"),
        (("rekey", KEY, "--key", "none"), ENV, "none cannot be read"),
        (("rekey", KEY, "--key", "binary", "--keep-password"), ENV, "is not UTF-8 text"),
    ],
)
def test_rekey_leaves_the_file_when_it_fails(
    study: Path, command: Run, arguments: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    (study / "binary").write_bytes(b"\xff\xfe")
    before = (study / KEY).read_bytes()
    done = command(*arguments, env=env)
    assert done.returncode == 1
    assert said in done.stderr
    assert (study / KEY).read_bytes() == before


def test_rekey_with_two_different_new_passwords_leaves_the_file(study: Path) -> None:
    before = (study / KEY).read_bytes()
    child = at_terminal(study, "rekey", KEY)
    for text in (PASSWORD, "fresh", "other"):
        child.expect_exact(": ")
        child.sendline(text)
    said, code = ended(child)
    assert (code, "the two passwords differ" in said) == (1, True)
    assert (study / KEY).read_bytes() == before


def test_rekey_upgrades_and_keeps_the_password(study: Path, command: Run) -> None:
    (study / "old.enc").write_bytes(LEGACY.read_bytes())
    shown = command("inspect", "old.enc").stdout
    assert "rekey" in shown
    done = command(
        "rekey", "old.enc", "--keep-password", env={"SLACK_WRAPPER_PASSWORD": LEGACY_PASSWORD}
    )
    assert done.returncode == 0, done.stderr
    assert not store.read(study / "old.enc").legacy
    opened = store.unlock(study / "old.enc", LEGACY_PASSWORD).reveal()
    assert opened == "xoxb-vector-0123456789"


def test_one_missing_file_of_several_and_nothing_is_sent(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    (study / "a.txt").write_text("a")
    post = ("file", "a.txt", "none.txt", "--encrypted-key", KEY, "--channel", "librec_channel")
    for more in ((), ("--dry-run",)):
        done = command(*post, *more, "--receipt", "r.json", env=ENV)
        assert done.returncode == 1
        assert "none.txt does not exist" in done.stderr
        assert not (study / "r.json").exists()
    assert sandbox.calls("files.getUploadURLExternal") == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--features", "", "no feature is named"),
        ("--features", "message,magic", "there is no feature magic"),
        ("--name", "", "has 0 characters"),
        ("--name", "x" * 36, "has 36 characters"),
    ],
)
def test_a_manifest_that_slack_would_refuse_is_not_printed(
    command: Run, option: str, value: str, said: str
) -> None:
    done = command("manifest", option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
