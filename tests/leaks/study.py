"""A workflow with all kinds of steps, and real runs of it that are watched for secrets."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
from slack_wrapper.vault.keyfile import store
from tests.leaks import secrets
from tests.leaks.sampler import Sampler
from tests.leaks.ways import Given, shows_its_own

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2"]
LOUD = ["--verbose", "--printshellcmds", "--show-failed-logs"]
DOWN = "http://127.0.0.1:9/api/"  # nobody listens on the discard port
PROMPT = rb"(?:[Pp]assword for \S+|[Tt]he same again): "
MOST = 120  # seconds a run may take
WORKFLOW = Path(__file__).parent / "workflow"


@dataclass
class Done:
    """What a run left behind outside of the study.

    Args:
        code: exit code.
        output: what it printed, stdout and stderr.
        sampler: the processes that were seen meanwhile.
        main: command line of the main process.
    """

    code: int
    output: bytes
    sampler: Sampler
    main: bytes


@dataclass
class Study:
    """A study in a folder of its own, with a password and a token that nothing else has.

    Args:
        place: an empty folder for it.
        way: gives the password; see `ways`.
        wrong: give another password than the key file's.
        workflow: folder with the Snakefile and what belongs to it.
        most: seconds a run may take.
    """

    place: Path
    way: Callable[[str, Path], Given]
    wrong: bool = False
    workflow: Path = WORKFLOW
    most: float = MOST
    password: secrets.Planted = field(default_factory=secrets.password)
    token: secrets.Planted = field(default_factory=secrets.token)

    def __post_init__(self) -> None:
        self.folder, self.safe = self.place / "study", self.place / "safe"
        # Short: a socket's path has room for 107 bytes.
        self.temporary = Path(tempfile.mkdtemp(prefix="t"))
        shutil.copytree(self.workflow, self.folder)
        for folder in (self.folder / "keys", self.safe):
            folder.mkdir()
        self.given = self.way(self.password.text, self.safe)
        under = secrets.password().text if self.wrong else self.password.text
        key = self.folder / "keys" / "slack-api.enc"
        store.encrypt_to(key, self.token.text, under, profile="test-only")
        self.sandbox = Sandbox(folder=self.place / "sandbox", seed=_seed(self.token.text))
        posts = {"declared": {"message": "declared", "input": "results/compute.txt"}}
        section = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
        section |= {"posts": posts, **self.given.config}
        (self.folder / "config.json").write_text(json.dumps({"slack": section}))

    def run(self, *arguments: str, down: bool = False) -> Done:
        """Run Snakemake in the way under test, and watch the processes meanwhile."""
        command = [*SNAKEMAKE, *arguments, *self.given.arguments]
        return self.watch(command, before=self.given.before, down=down)

    def watch(self, command: list[str], *, before: Sequence[str] = (), down: bool = False) -> Done:
        """Run a command in the study, begun by another one if need be."""
        start = self._run if self.given.typed is None else self._type
        with Sampler() as sampler:
            code, output = start([*before, *command], down)
        main = b"".join(os.fsencode(word) + b"\0" for word in command)
        return Done(code, output, sampler, main)

    def environ(self, *, down: bool = False) -> dict[str, str]:
        """Return the environment of a run."""
        return {
            **os.environ,
            **self.given.environ,
            "TMPDIR": str(self.temporary),
            "SLACK_WRAPPER_BASE_URL": DOWN if down else self.sandbox.api_url,
        }

    def _run(self, command: list[str], down: bool) -> tuple[int, bytes]:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ(down=down), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=self.most,
            start_new_session=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _type(self, command: list[str], down: bool) -> tuple[int, bytes]:
        child = pexpect.spawn(
            command[0], command[1:], cwd=str(self.folder), env=self.environ(down=down),
            timeout=self.most,
        )  # fmt: skip
        output = b""
        while child.expect([PROMPT, pexpect.EOF]) == 0:
            output += child.before
            child.sendline(str(self.given.typed).encode())
        output += child.before
        child.close()
        return int(child.exitstatus or 0), output

    def leaks(self, *runs: Done) -> list[str]:
        """Return every place where one of the two secrets is, but for the unavoidable ones."""
        both = self.password, self.token
        found = [f"study/{place}" for place in secrets.find_in_tree(self.folder, *both)]
        found = [place for place in found if not self._unavoidable(place)]
        found += [f"temporary/{place}" for place in secrets.find_in_tree(self.temporary, *both)]
        for done in runs:
            found += [f"output: {name}" for name in secrets.find(done.output, *both)]
            found += self._shown(done)
        return found

    def _unavoidable(self, place: str) -> bool:
        """Whether a finding is the configfile with the password in it."""
        return place == "study/config.json: password" and bool(
            {"password", "slack_password"} & set(self.given.config)
        )

    def _shown(self, done: Done) -> list[str]:
        found = set()
        for one in done.sampler.seen:
            may = shows_its_own(self.way, one.argv, done.main)
            for data, allowed, what in ((one.argv, may[0], "argv"), (one.environ, may[1], "env")):
                names = secrets.find(data, self.password, self.token)
                names = [name for name in names if not (allowed and name == "password")]
                found |= {f"{what} of {one.argv[:200]!r}: {name}" for name in names}
        return sorted(found)


def _seed(token: str) -> dict[str, object]:
    return {**DEFAULT_SEED, "tokens": [{**DEFAULT_SEED["tokens"][0], "token": token}]}
