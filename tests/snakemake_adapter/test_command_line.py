"""The command that runs something again is the run's own, read by Snakemake's own parser."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_wrapper.common.redact import Secret
from slack_wrapper.model.run_again import RunAgain
from slack_wrapper.snakemake_adapter import command_line

cli = pytest.importorskip("snakemake.cli")
TARGETS = ("a.txt", "out/with space.txt")
# Options of the kinds that there are: flags, one value, several, those of plugins, short ones.
FLAGS = ("-k", "--use-conda", "--nolock", "-p", "--no-hooks", "--notemp", "--show-failed-logs",
         "--replace-workflow-config", "--keep-incomplete", "--use-singularity")  # fmt: skip
ONCE = ("-n", "-F", "-f", "--touch", "--unlock", "--ri", "--lint", "--summary")
VALUES = ("--directory", "-s", "--conda-prefix", "--wrapper-prefix", "--shadow-prefix", "--profile",
          "--default-storage-prefix", "--default-storage-provider", "--workflow-profile",
          "--jobname", "--singularity-args", "--cluster-generic-submit-cmd",
          "--logger-slack-channel")  # fmt: skip
MANY = {
    "--resources": ("mem_mb=100", "slack=1"),
    "--default-resources": ("mem_mb=100", "runtime='1h'", 'slurm_extra="-w a,b"'),
    "--set-threads": ("a=1", "b=2"),
    "--config": ("n=3", "x={a: [1, 2]}", "title=it's done", "dry=true"),
    "--configfile": ("a.yaml", "b c.yaml"),
    "--rerun-triggers": ("mtime", "code"),
    "--sdm": ("conda", "apptainer"),
    "--logger": ("slack", "rich"),
    "--envvars": ("A_TOKEN", "HOME"),
    "--groups": ("a=g",),
    "-P": ("one.txt",),
}
ONCE_MANY = {"-R": ("a", "b"), "-U": ("a",), "-O": ("b",)}
TEXT = st.text(st.sampled_from("abz09 /.'\"$&;*?=~{}é-#!`\\\n"), min_size=1, max_size=12).filter(
    lambda text: not text.startswith("-") and "\n" not in text[:1]
)
ONE_OPTION = st.one_of(
    st.sampled_from(FLAGS + ONCE).map(lambda one: [one]),
    st.tuples(st.sampled_from(VALUES), TEXT).map(list),
    st.tuples(st.sampled_from(VALUES), TEXT).map(lambda pair: [f"{pair[0]}={pair[1]}"])
    .filter(lambda words: words[0].startswith("--")),
    st.sampled_from(sorted((MANY | ONCE_MANY).items())).flatmap(
        lambda pair: st.lists(st.sampled_from(pair[1]), min_size=1, max_size=3).map(
            lambda values: [pair[0], *values]
        )
    ),
    st.integers(1, 99).map(lambda number: [f"-c{number}"]),
    st.integers(1, 99).map(lambda number: ["-j", str(number)]),
)  # fmt: skip


def parsed(words: list[str]) -> dict:
    found = vars(cli.get_argument_parser().parse_args(words))
    return {
        name: re.sub(" at 0x[0-9a-f]+", "", repr(value))
        for name, value in found.items()
        if name not in command_line.ONCE
    }


@pytest.fixture(autouse=True)
def _no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNAKEMAKE_PROFILE", raising=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(ONE_OPTION, max_size=7), st.booleans())
def test_what_is_kept_means_the_same(options: list[list[str]], first: bool) -> None:
    words = [word for option in options for word in option]
    # Behind an option with several values targets would be values of it.
    original = ["all", *words] if first else words
    try:
        expected = parsed(original)
    except (SystemExit, Exception):
        return
    made = command_line.command(original, TARGETS)
    assert made.note == ""
    program, *again = _as_a_shell_sees_it(made.command)
    assert program == "snakemake"
    assert parsed(again) == expected
    assert cli.get_argument_parser().parse_args(again).targets == list(TARGETS)


def _as_a_shell_sees_it(command: str) -> list[str]:
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True
    )
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("-c 3 all", "snakemake --cores 3"),
        ("-c 2 -d there -s w.smk", "snakemake --cores 2 --directory there --snakefile w.smk"),
        ("-n -F --touch -R a b -c1 -U x -O y --batch all=1/3", "snakemake --cores 1"),
        ("-e cluster-generic --cluster-generic-submit-cmd 'sbatch -A lab' -j 4",
         "snakemake --executor cluster-generic --cluster-generic-submit-cmd 'sbatch -A lab' "
         "--jobs 4"),
        ("--default-resources mem_mb=1 -k -c 2 --apptainer-args=--nv",
         "snakemake --default-resources mem_mb=1 --keep-going --cores 2 --apptainer-args=--nv"),
    ],
)  # fmt: skip
def test_a_command_reads_like_the_one_of_the_run(arguments: str, command: str) -> None:
    made = command_line.command(shlex.split(arguments), ["a.txt"])
    assert made == RunAgain(f"{command} --rerun-incomplete a.txt")


SECRET = "hunter22"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--config", f"api_key={SECRET}", "n=3"], "--config api_key"),
        (["-C", f"x={{a: [{{pw: {SECRET}}}]}}", "n=3"], "--config x"),
        (["--config", f"slack={{password: {SECRET}}}", "n=3"], "--config slack"),
        (["--config", f"db=postgres://me:{SECRET}@host/db", "n=3"], "--config db"),
        (["--config", f"id=q7W{SECRET}xZ0pLm3T", "n=3"], "--config id"),
        (["--config", "n=3", "--wrapper-prefix", f"https://me:{SECRET}@host"], "--wrapper-prefix"),
        (["--config", "n=3", "--precommand", f"export TOKEN={SECRET}"], "--precommand"),
        (["--config", "n=3", "--cluster-generic-submit-cmd", f"qsub --password {SECRET}"],
         "--cluster-generic-submit-cmd"),
    ],
)  # fmt: skip
def test_what_may_hold_a_secret_is_named_and_not_shown(arguments: list[str], named: str) -> None:
    made = command_line.command(arguments, ["a.txt"])
    assert SECRET not in made.command + made.note
    assert made.command == "snakemake --config n=3 --rerun-incomplete a.txt"
    assert named in made.note


def test_a_storage_key_is_not_repeated() -> None:
    class Cli:
        @staticmethod
        def get_argument_parser() -> object:
            parser = cli.get_argument_parser()
            parser.add_argument("--storage-s3-secret-key")
            parser.add_argument("--storage-s3-endpoint-url")
            return parser

    sys.modules["snakemake.cli"], real = Cli, sys.modules["snakemake.cli"]
    try:
        words = ["--storage-s3-secret-key", SECRET, "--storage-s3-endpoint-url", "https://s3"]
        made = command_line.command(words, ["a.txt"])
    finally:
        sys.modules["snakemake.cli"] = real
    assert made.command == "snakemake --storage-s3-endpoint-url https://s3 --rerun-incomplete a.txt"
    assert made.note == "(add --storage-s3-secret-key: left out here, as it may hold a secret)"


def test_a_secret_in_a_target_is_shown_nowhere() -> None:
    secret = Secret("correct-horse-battery")
    made = command_line.command(["-c1"], [f"{secret.reveal()}.txt"])
    assert made.command == ""
    assert "not shown" in made.note


def test_options_that_cannot_be_read_are_named(capfd: pytest.CaptureFixture[str]) -> None:
    made = command_line.command(["--no-such-option"], ["a.txt"])
    assert made == RunAgain(
        "snakemake --cores all --rerun-incomplete a.txt", "(with the options of the run)"
    )
    assert capfd.readouterr() == ("", "")


def test_the_profile_of_the_environment_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "lab")
    made = command_line.command(["-c1"], ["a.txt"])
    assert made.command == "snakemake --cores 1 --profile lab --rerun-incomplete a.txt"
    given = command_line.command(["--profile", "own"], ["a.txt"])
    assert given.command == "snakemake --profile own --rerun-incomplete a.txt"


def test_the_folder_to_stand_in_comes_first() -> None:
    made = command_line.command(["-c1"], ["-a.txt"], folder=Path("/data/my study"))
    assert made.command == (
        "cd '/data/my study' && snakemake --cores 1 --rerun-incomplete -- -a.txt"
    )
