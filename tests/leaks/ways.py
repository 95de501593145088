"""The ways to give a run its password, and what Snakemake itself makes unavoidable with each."""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

WARNING = (
    "slack-wrapper: warning: the password was given by --config: every user of this machine can "
    "see it in the process list, and it stays in the shell's history"
)
SERVICE = str(Path(__file__).parent.parent / "secret_service" / "with-secret-service")
KEYRING_SET = (
    f"{sys.executable} -m slack_wrapper.cli.main keyring set --key-file keys/slack-api.enc "
    '--username leaks --password-file "$1" >/dev/null && shift && exec "$@"'
)


@dataclass
class Given:
    """What a way adds to a run.

    Args:
        config: keys of the `slack:` section.
        arguments: at the end of Snakemake's command line.
        environ: variables of the run.
        before: a command that runs the rest.
        typed: what is typed at the prompt.
    """

    config: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    typed: str | None = None


def configfile(password: str, safe: Path) -> Given:
    return Given(config={"password": password})


def config_option(password: str, safe: Path) -> Given:
    return Given(arguments=["--config", "slack=" + json.dumps({"password": password})])


def old_option(password: str, safe: Path) -> Given:
    """What `librec_auto -k PASSWORD` was."""
    return Given(arguments=["--config", f"slack_password={password}"])


def environment(password: str, safe: Path) -> Given:
    return Given(environ={"SLACK_WRAPPER_PASSWORD": password})


def command(password: str, safe: Path) -> Given:
    """A program that also notes the environment and the arguments that it is given itself."""
    program = safe / "give.py"
    program.write_text(
        "import os, sys\n"
        f"open({str(safe / 'asked')!r}, 'ab').write(b'\\0'.join(map(os.fsencode, sys.argv)) + "
        "b''.join(k + b'=' + v + b'\\0' for k, v in os.environb.items()))\n"
        f"sys.stdout.buffer.write(open({str(_kept(password, safe))!r}, 'rb').read())\n"
    )
    return Given(config={"password_command": f"{sys.executable} {program}"})


def file(password: str, safe: Path) -> Given:
    return Given(config={"password_command": f"cat {_kept(password, safe)}"})


def keyring(password: str, safe: Path) -> Given:
    return Given(
        config={"keyring": {"username": "leaks"}},
        before=[SERVICE, "bash", "-c", KEYRING_SET, "bash", str(_kept(password, safe))],
        environ={"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"},
    )


def prompt(password: str, safe: Path) -> Given:
    return Given(typed=password)


def _kept(password: str, safe: Path) -> Path:
    """Return a private file, outside of the study, that holds the password."""
    path = safe / "password"
    path.write_text(password + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


# A further way is one more line here.
WAYS = [
    configfile,
    config_option,
    old_option,
    environment,
    command,
    file,
    pytest.param(keyring, marks=pytest.mark.secret_service),
    prompt,
]
# What the Slurm executor plugin runs as soon as Snakemake imports its plugins, before anything of
# ours is read; only where Slurm is installed.
PLUGIN = b"scontrol\0show\0config\0"
ON_COMMAND_LINE = (config_option, old_option)


def ways(*without: Any) -> list[Any]:
    """Return the ways as parameters of a test, by their names."""
    parameters = [
        way if isinstance(way, type(pytest.param())) else pytest.param(way) for way in WAYS
    ]
    return [
        pytest.param(*one.values, marks=one.marks, id=one.values[0].__name__)
        for one in parameters
        if one.values[0] not in without
    ]


# What plugins of Snakemake start while it loads them, before it reads the Snakefile and so before
# our rule files can take the variable away: the Slurm executor looks which commands there are.
BEFORE_THE_SNAKEFILE = re.compile(
    rb"(?:\S*sh\0(?:-c\0)?)?(?:\S*/)?"
    rb"(?:which[ \0](?:sacct|squeue|sinfo|scontrol)\b|scontrol[ \0]show[ \0])"
)


def shows_its_own(way: Any, argv: bytes, main: bytes) -> tuple[bool, bool]:
    """Return whether a process's argv, and its environ, cannot but show the password."""
    of_main = way in ON_COMMAND_LINE and argv == main
    if argv == PLUGIN:
        return of_main, way is environment
    # A child that is not yet another program shows the environment of the main process too.
    early = argv == main or BEFORE_THE_SNAKEFILE.match(argv) is not None
    return of_main, way is environment and early
