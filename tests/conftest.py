"""What the tests share: a sandbox, an environment without the developer's, real commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from slack_wrapper.common import patience
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store

# Shells start background jobs with Ctrl-C ignored, which all that tests start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Less patience for all tests: a time-out is looked into for 1.8 s, a reset for 0.15 s.
FACTOR = 0.01
PASSWORD = "correct horse battery staple"
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
# Under nohup it is ignored, and that would be handed on to what the tests start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def scrubbed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's tokens, proxies, keyring or home."""
    for name in list(os.environ):
        if name not in KEPT and not name.startswith(("PYTEST", "COV_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv(patience.VARIABLE, str(FACTOR))


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A Slack-compatible server, and $SLACK_WRAPPER_BASE_URL pointing at it."""
    with Sandbox() as box:
        monkeypatch.setenv("SLACK_WRAPPER_BASE_URL", box.api_url)
        yield box


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """A working directory with an encrypted key file, under PASSWORD."""
    folder = tmp_path / "study"
    (folder / "keys").mkdir(parents=True)
    store.encrypt_to(
        folder / "keys" / "slack-api.enc", sandbox.token, PASSWORD, profile="test-only"
    )
    monkeypatch.chdir(folder)
    return folder


Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command without a terminal and return what it printed."""
    return subprocess.run(
        arguments,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        text=True,
        capture_output=True,
        timeout=120,
        start_new_session=True,  # no /dev/tty: nobody can be prompted
        check=False,
    )


@pytest.fixture
def command(study: Path) -> Run:
    """`slack-wrapper` in the study folder."""

    def call(*arguments: str, env: Mapping[str, str] | None = None, stdin: str = "") -> object:
        return run(
            sys.executable, "-m", "slack_wrapper.cli.main", *arguments,
            cwd=study, env=env, stdin=stdin,
        )  # fmt: skip

    return call


@pytest.fixture
def snakemake(study: Path) -> Run:
    """A real `snakemake` in the study folder, with the password in the environment."""

    def call(*arguments: str, env: Mapping[str, str] | None = None) -> object:
        given = {"SLACK_WRAPPER_PASSWORD": PASSWORD} if env is None else env
        return run(
            sys.executable, "-m", "snakemake", "--cores", "2", *arguments, cwd=study, env=given
        )

    return call
