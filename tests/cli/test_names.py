"""Named passwords from the command line: add, remove, inspect, rekey; what goes with what."""

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.errors import WrongPassword
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, REPOSITORY, Run

FILE = "keys/slack-api.enc"
OWN = {"SLACK_WRAPPER_PASSWORD": PASSWORD}


@pytest.fixture
def words(study: Path) -> Path:
    """A file with the password of alice."""
    path = study.parent / "alice.txt"
    path.write_text("alice's words\n")
    return path


@pytest.fixture
def shared(command: Run, words: Path, study: Path) -> Path:
    """The key file, with the names shared and alice."""
    done = command(
        "encrypt", "--add", "alice", "--encrypted", FILE, "--new-password-file", str(words), env=OWN
    )
    assert done.returncode == 0, done.stderr
    return study / FILE


def typed(study: Path, arguments: list[str], *answers: tuple[str, str]) -> tuple[str, int | None]:
    """Answer the prompts of a command at a real terminal; return what it showed."""
    child = pexpect.spawn(
        sys.executable, ["-m", "slack_wrapper.cli.main", *arguments], cwd=str(study),
        env=dict(os.environ), encoding="utf-8", timeout=30,
    )  # fmt: skip
    for prompt, answer in answers:
        child.expect_exact(prompt)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before), child.exitstatus


def test_add_asks_for_the_one_and_twice_for_the_other(study: Path) -> None:
    text, code = typed(
        study,
        ["encrypt", "--add", "alice", "--encrypted", FILE],
        (f"Password for {FILE}: ", PASSWORD),
        ("New password for alice: ", "new words"),
        ("The same again: ", "new words"),
    )
    assert code == 0, text
    assert "the password that the file had is now the one of shared" in text
    assert f"{FILE} opens with the passwords of: shared, alice" in text
    assert "new words" not in text
    assert store.unlock(FILE, "new words") == store.unlock(FILE, PASSWORD)


def test_a_wrong_password_is_told_before_a_new_one_is_asked_for(study: Path) -> None:
    before = (study / FILE).read_bytes()
    text, code = typed(
        study,
        ["encrypt", "--add", "alice", "--encrypted", FILE],
        (f"Password for {FILE}: ", "wrong"),
    )
    assert (code, "does not open" in text, "New password" in text) == (1, True, False)
    assert (study / FILE).read_bytes() == before


def test_two_different_new_passwords_change_nothing(study: Path) -> None:
    before = (study / FILE).read_bytes()
    text, code = typed(
        study,
        ["encrypt", "--add", "alice", "--encrypted", FILE],
        (f"Password for {FILE}: ", PASSWORD),
        ("New password for alice: ", "one"),
        ("The same again: ", "other"),
    )
    assert (code, "the two passwords differ" in text) == (1, True)
    assert (study / FILE).read_bytes() == before


def test_remove_says_who_is_left_and_that_the_token_needs_replacing(
    shared: Path, command: Run
) -> None:
    done = command("encrypt", "--remove", "alice", "--encrypted", FILE, env=OWN)
    assert done.returncode == 0, done.stderr
    assert f"{FILE} opens with the password of: shared" in done.stdout
    assert "may have kept the old file" in done.stderr
    assert f"slack-wrapper rekey {FILE} --keep-password --key CLEARTEXT" in done.stderr
    assert "revoke the old one" in done.stderr
    with pytest.raises(WrongPassword):
        store.unlock(shared, "alice's words")


def test_inspect_lists_the_names(shared: Path, command: Run) -> None:
    found = json.loads(command("inspect", FILE, "--json").stdout)
    assert [entry["name"] for entry in found["names"]] == ["shared", "alice"]
    assert sorted(found["names"][1]) == ["created", "name"]
    shown = command("inspect", FILE).stdout
    assert f"alice, password set {found['names'][1]['created']}" in shown


def test_rekey_takes_a_new_password_without_a_terminal(
    shared: Path, command: Run, study: Path
) -> None:
    fresh = study.parent / "fresh.txt"
    fresh.write_text("fresh words\n")
    done = command(
        "rekey", FILE, "--password-file", str(study.parent / "alice.txt"),
        "--new-password-command", f"cat {fresh}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"{FILE} opens with the passwords of: shared, alice" in done.stdout
    assert store.unlock(shared, "fresh words") == store.unlock(shared, PASSWORD)
    with pytest.raises(WrongPassword):
        store.unlock(shared, "alice's words")


def test_rekey_of_a_single_password_works_without_a_terminal_too(
    study: Path, command: Run, words: Path
) -> None:
    done = command("rekey", FILE, "--new-password-file", str(words), env=OWN)
    assert done.returncode == 0, done.stderr
    assert f"{FILE} opens with one password" in done.stdout
    assert store.unlock(study / FILE, "alice's words")


def test_rekey_tells_the_names_before_a_token_goes_in(shared: Path, command: Run) -> None:
    done = command("rekey", FILE, "--key", "nowhere", "--keep-password", env=OWN)
    assert done.returncode == 1
    assert f"{FILE} opens with the passwords of: shared, alice" in done.stderr


def test_a_new_token_is_for_all_names(shared: Path, command: Run) -> None:
    done = command(
        "rekey", FILE, "--key", "-", "--keep-password", stdin="xoxb-9-fresh", env=OWN
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert store.unlock(shared, "alice's words").reveal() == "xoxb-9-fresh"


def test_a_step_finds_the_key_under_a_name(shared: Path, command: Run) -> None:
    done = command(
        "message", "hello", "--channel", "librec_channel", "--encrypted-key", FILE,
        env={"SLACK_WRAPPER_PASSWORD": "alice's words"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_new_password_needs_a_source(command: Run) -> None:
    done = command("encrypt", "--add", "alice", "--encrypted", FILE, env=OWN)
    assert done.returncode == 1
    assert "there is no password for alice" in done.stderr
    assert "--new-password-command or --new-password-file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is no token, and no terminal to ask at"),
        (("--add", "a", "--remove", "b"), "--remove: not allowed with argument --add"),
        (("--add", "a", "--key", "k"), "--key: not allowed with argument --add"),
        (("--add", "a", "--profile", "rfc9106-high"), "--profile is for a new key file only"),
        (("--remove", "a", "--new-password-file", "f"), "go with --add only"),
        (("--key", "k", "--new-password-command", "f"), "go with --add only"),
        (("--add", "a b"), "'a b' cannot be a name"),
        (("--add", ""), "cannot be a name"),
        (("--add", "shared"), "has the name shared already"),
        (("--remove", "alice"), "has no name alice"),
    ],
)
def test_what_cannot_be_meant_is_usage(
    study: Path, command: Run, arguments: tuple[str, ...], said: str
) -> None:
    before = (study / FILE).read_bytes()
    done = command("encrypt", "--encrypted", FILE, *arguments, env=OWN)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert said in done.stderr
    assert (study / FILE).read_bytes() == before


def test_near_names_are_suggested(shared: Path, command: Run) -> None:
    done = command("encrypt", "--remove", "alcie", "--encrypted", FILE, env=OWN)
    assert (done.returncode, "did you mean alice?" in done.stderr) == (2, True)


def test_encrypt_does_not_end_the_access_of_names(shared: Path, command: Run) -> None:
    before = shared.read_bytes()
    done = command("encrypt", "--key", "-", "--encrypted", FILE, stdin="xoxb-9-new", env=OWN)
    assert (done.returncode, "shared, alice" in done.stderr) == (1, True)
    assert shared.read_bytes() == before


def test_a_legacy_file_is_to_be_upgraded_first(study: Path, command: Run) -> None:
    legacy = REPOSITORY / "tests" / "vault" / "vectors" / "librec-auto.enc"
    (study / "old.enc").write_bytes(legacy.read_bytes())
    done = command("encrypt", "--add", "alice", "--encrypted", "old.enc", env=OWN)
    assert done.returncode == 1
    assert "upgrade it first: slack-wrapper rekey old.enc" in done.stderr


def test_no_password_is_printed(shared: Path, command: Run, words: Path) -> None:
    done = command(
        "encrypt", "--add", "carol", "--encrypted", FILE, "--new-password-file", str(words), env=OWN
    )
    assert done.returncode == 1
    assert "opens the key file keys/slack-api.enc already, as alice" in done.stderr
    for secret in (PASSWORD, "alice's words"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("file", [FILE, "old.enc"])
def test_a_password_with_half_a_surrogate_pair_ends_in_one_line(
    study: Path, command: Run, file: str
) -> None:
    legacy = REPOSITORY / "tests" / "vault" / "vectors" / "librec-auto.enc"
    (study / "old.enc").write_bytes(legacy.read_bytes())
    (study / "half.json").write_text(r'{"slack": {"password": "hidden\ud800words"}}')
    done = command(
        "message", "x", "--channel", "librec_channel", "--encrypted-key", file,
        "--configfile", "half.json",
    )  # fmt: skip
    assert done.returncode == 1
    assert "the password is not a text" in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr
