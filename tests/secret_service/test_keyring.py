"""The OS keyring for real: a GNOME Secret Service, unlocked and locked, from an empty env."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD
from tests.support.keyring_names import SERVICE
from tests.support.steps import CONFIG, INCLUDE, STEPS, shown, write

pytestmark = pytest.mark.secret_service
COMMAND = f"{sys.executable} -m slack_wrapper.cli.main"
KEY = "--key-file keys/slack-api.enc"
SET = f"{COMMAND} keyring set {KEY} --password-file password"


def inside(study: Path, script: str, *, locked: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run a script as cron would: no terminal, nothing in the environment but PATH."""
    (study / "password").write_text(PASSWORD + "\n")
    env = {"PATH": os.environ["PATH"]}
    for name in ("SLACK_WRAPPER_BASE_URL",):
        if name in os.environ:
            env[name] = os.environ[name]
    if locked:
        env["LOCKED"] = "1"
    return subprocess.run(
        [SERVICE, "bash", "-c", script],
        cwd=study, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, start_new_session=True, check=False,
    )  # fmt: skip


def test_set_check_delete(study: Path) -> None:
    done = inside(
        study,
        f"{SET} && {COMMAND} keyring check {KEY} && {COMMAND} keyring delete {KEY};"
        f"{COMMAND} keyring check {KEY}; echo code $?",
    )
    lines = done.stdout.splitlines()
    assert "stored in" in lines[0], done.stderr
    assert "has the entry" in lines[1]
    assert lines[2] == "it opens keys/slack-api.enc"
    assert "deleted" in lines[3]
    assert lines[4] == "code 1"
    assert "has no entry" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_an_unattended_run_posts(study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    done = inside(study, f"{SET} && env -u HOME {sys.executable} -m snakemake --cores 2")
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 2


def test_a_wrong_password_is_not_stored(study: Path) -> None:
    done = inside(study, f"echo wrong > password; {SET}; {COMMAND} keyring check {KEY}")
    assert "does not open the key file" in done.stderr
    assert "has no entry" in done.stderr


def test_an_entry_that_does_not_fit_is_told(study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    stored = f"echo other > password; {COMMAND} keyring set --username $PWD/keys/slack-api.enc"
    done = inside(
        study, f"{stored} --password-file password && {sys.executable} -m snakemake --cores 1"
    )
    assert done.returncode == 1
    assert "the password from the keyring" in done.stderr
    assert "does not open the key file" in done.stderr
    assert shown(sandbox) == []


def test_a_locked_keyring_says_what_to_do(study: Path) -> None:
    done = inside(study, f"{COMMAND} keyring check {KEY}", locked=True)
    assert done.returncode == 1
    assert "slack-wrapper: error: the keyring" in done.stderr
    for place in ("desktop", "ssh", "cron", "systemd", "CI"):
        assert f"  {place} " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_keyring_that_never_answers_is_not_waited_for(study: Path) -> None:
    """As one does that asks in a window, at which nobody sits: here its process is stopped."""
    stop = (
        "pid=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus /"
        " org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets"
        " | awk '{print $2}'); kill -STOP $pid; trap 'kill -CONT $pid' EXIT"
    )
    impatient = (
        "from slack_wrapper.vault.passwords import keyring as p; p.KEYRING_SECONDS = 2.0\n"
        f"from slack_wrapper.cli.main import main; main('keyring check {KEY}'.split())"
    )
    done = inside(study, f'{stop}; {sys.executable} -c "{impatient}"')
    assert "has not answered for 2 s; it may be locked" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_a_locked_keyring_ends_a_run_at_its_start(study: Path, sandbox: Sandbox) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    done = inside(study, f"{sys.executable} -m snakemake --cores 1", locked=True)
    assert done.returncode == 1
    assert "there is no password for the key file" in done.stderr
    assert shown(sandbox) == []


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("keyring.backends.null.Keyring", "no keyring answers"),
        ("keyring.backends.fail.Keyring", "no keyring answers"),
        ("keyrings.alt.file.PlaintextKeyring", "not known to encrypt"),
    ],
)
def test_backends_that_do_not_encrypt_are_refused(study: Path, backend: str, said: str) -> None:
    done = inside(study, f"export PYTHON_KEYRING_BACKEND={backend}; {SET}")
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize("bus", ["", "unix:path=/nonexistent/bus", "nonsense"])
@pytest.mark.parametrize("backend", ["", "keyring.backends.SecretService.Keyring"])
def test_without_a_bus_it_says_so(study: Path, bus: str, backend: str) -> None:
    script = (
        f"export DBUS_SESSION_BUS_ADDRESS={bus}; " if bus else "unset DBUS_SESSION_BUS_ADDRESS; "
    )
    if backend:
        script += f"export PYTHON_KEYRING_BACKEND={backend}; "
    done = inside(study, f"{script} {COMMAND} keyring check {KEY}")
    assert done.returncode == 1
    assert "slack-wrapper: error: " in done.stderr
    assert "Traceback" not in done.stderr
