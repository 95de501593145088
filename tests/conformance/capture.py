"""Real runs of everything that the product sends, in one study, at one recorded sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from slack_wrapper.common import patience
from slack_wrapper.sandbox.faults import Fault, FaultKind
from slack_wrapper.sandbox.methods import reactions
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import DEFAULT_SEED
from slack_wrapper.vault.keyfile import store
from tests.conformance.recorder import Call, Recorder

PASSWORD = "correct horse battery staple"
STUDY = Path(__file__).parent / "study"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cf"
    "c0f01f0005000201fe9a7f5e0000000049454e44ae426082"
)
SEED = {
    **DEFAULT_SEED,
    "channels": [
        *DEFAULT_SEED["channels"],
        *({"id": f"C0000{name.upper()}", "name": name, "members": ["U00000BOT"]}
          for name in ("other", "third", "fourth", "fifth", "sixth")),
    ],
    "usergroups": [{"id": "S0000PILOTS", "handle": "pilots", "users": ["U0000GRACE"]}],
}  # fmt: skip
LATE_WORK = """
rule all:
    input: expand("done/{n}.txt", n=range(4))
rule work:
    output: "done/{n}.txt"
    log: "logs/{n}.log"
    shell: "echo working | tee {log} > {output}; sleep 0.5; COMMAND"
"""


class Scenes:
    """Makes the runs.

    Args:
        folder: an empty one, for the study and the home.
    """

    def __init__(self, folder: Path) -> None:
        self.study, self.home = folder / "study", folder / "home"
        self.home.mkdir()
        shutil.copytree(STUDY, self.study)
        (self.study / "keys").mkdir()
        (self.study / "many").mkdir()
        for name in ("a.png", "b.png"):
            (self.study / name).write_bytes(PNG)
        for number in range(5):
            (self.study / "many" / f"{number}.txt").write_text(f"{number}\n")
        self.box = Sandbox(seed=SEED)
        self.recorder = Recorder(self.box)

    def capture(self) -> list[Call]:
        """Run all scenes and return what was sent."""
        with self.box:
            for name, secret in (
                ("slack-api", self.box.token),
                ("webhook", f"{self.box.url}/services/{SEED['webhooks'][0]['path']}"),
            ):
                key = self.study / "keys" / f"{name}.enc"
                store.encrypt_to(key, secret, PASSWORD, profile="test-only")
            for scene in (
                self.steps, self.failure, self.logger, self.webhook, self.commands, self.lost,
                self.organization, self.live,
            ):  # fmt: skip
                self.recorder.scene = scene.__name__
                scene()
        return self.recorder.calls

    def steps(self) -> None:
        """One step of each kind, the hooks around them, and a person who answers."""
        asked = threading.Thread(target=self._answer, daemon=True)
        asked.start()
        self.snakemake()
        asked.join(5)

    def failure(self) -> None:
        """A run that fails, told by the hooks."""
        text = (self.study / "Snakefile").read_text()
        (self.study / "Failing").write_text(
            'configfile: "config.yaml"\nimport slack_wrapper\n'
            'include: slack_wrapper.rules("hooks.smk")\n' + LATE_WORK.replace("COMMAND", "exit 3")
        )
        assert "hooks.smk" in text
        self.snakemake("--snakefile", "Failing", "--keep-going", code=1)

    def logger(self) -> None:
        """A run that fails and one that succeeds, shown by the logger plugin."""
        flags = (
            "--snakefile", "Shown", "--logger", "slack", "--logger-slack-channel", "fifth",
            "--logger-slack-encrypted-key", "keys/slack-api.enc", "--logger-slack-mention", "here",
            "--logger-slack-log-files",
        )  # fmt: skip
        (self.study / "Shown").write_text(LATE_WORK.replace("COMMAND", "exit 3"))
        self.snakemake("--keep-going", *flags, code=1)
        (self.study / "Shown").write_text(LATE_WORK.replace("COMMAND", "true"))
        self.snakemake(*flags)

    def webhook(self) -> None:
        """What an incoming webhook gets."""
        here = ("--encrypted-key", "keys/webhook.enc", "--channel", "librec_channel")
        self.command("message", "by *webhook*", "--mention", "here", "--color", "good", *here)
        self.command("message", "with fields", "--field", "model=boosting", "--footer", "x", *here)
        self.command("message", "--table", "scores.tsv", "--blocks", "every_block.yaml", *here)

    def commands(self) -> None:
        """What the commands send, of each kind."""
        here = ("--encrypted-key", "keys/slack-api.enc", "--channel", "sixth")
        self.command("check", *here)
        self.command("preview", "--blocks", "every_block.yaml", "--ask", code=None)
        self.command("message", "by hand", *here, "--receipt", "by_hand.json", "--mention", "@ada")
        self.command("message", "a reply", *here, "--thread", "by_hand.json")
        self.command("file", "a.png", "scores.tsv", "--comment", "by hand", *here)
        self.command("message", "tomorrow", *here, "--post-at", "20h")
        listed = self.command("scheduled", "--configfile", "config.yaml", "--json")
        found = next(word for word in listed.split('"') if word.startswith("Q"))
        self.command("scheduled", "--configfile", "config.yaml", "--cancel", found)

    def lost(self) -> None:
        """Answers that never come: what is looked up to settle them, and by `flush`."""
        here = ("--encrypted-key", "keys/slack-api.enc", "--channel", "sixth")
        lose = {"kind": FaultKind.CLOSE, "when": "after"}
        self.box.faults.add(Fault("chat.postMessage", **lose))
        self.command("message", "an answer that is lost", *here)
        self.box.faults.add(Fault("chat.postMessage", **lose))
        self.command("message", "another", *here, "--thread", "by_hand.json")
        self.box.faults.add(Fault("files.completeUploadExternal", **lose))
        self.command("file", "a.png", *here)
        self.box.faults.add(Fault("chat.scheduleMessage", **lose))
        self.command("message", "at night", *here, "--post-at", "3h")
        self.box.faults.add(Fault("chat.postMessage", FaultKind.HTTP, status=503, times=50))
        self.command("message", "it waits", *here, "--on-failure", "queue", code=75)
        self.box.faults.clear()
        self.command("flush", "--configfile", "config.yaml")

    def organization(self) -> None:
        """A token of an organization, which has to say which workspace it means."""
        with self.box.store.change():
            self.box.store.data["tokens"].append({
                "token": "xoxb-of-an-organization", "user": "U00000BOT", "org": True,
                "scopes": SEED["tokens"][0]["scopes"],
            })  # fmt: skip
        env = {"SLACK_BOT_TOKEN": "xoxb-of-an-organization", "XDG_CACHE_HOME": str(self.study)}
        self.command("message", "for all", "--channel", "sixth", "--mention", "@grace", env=env)

    def live(self) -> None:
        """The check of a real workspace, which deletes what it has posted."""
        here = ("--encrypted-key", "keys/slack-api.enc", "--live", "sixth", "--yes")
        self.command("check", *here, code=None)

    def snakemake(self, *arguments: str, code: int = 0) -> None:
        self._run([sys.executable, "-m", "snakemake", "--cores", "2", *arguments], code)

    def command(
        self, *arguments: str, code: int | None = 0, env: Mapping[str, str] | None = None
    ) -> str:
        return self._run([sys.executable, "-m", "slack_wrapper.cli.main", *arguments], code, env)

    def _run(
        self, command: list[str], code: int | None, env: Mapping[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            command,
            cwd=self.study,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "TMPDIR": str(self.home),
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
                "SLACK_WRAPPER_BASE_URL": self.box.api_url,
                "SLACK_WRAPPER_PASSWORD": PASSWORD,
                patience.VARIABLE: "0.01",
                **(env or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            start_new_session=True,
            check=False,
        )
        assert code is None or done.returncode == code, (
            f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def _answer(self) -> None:
        """Approve the question once it was reminded of."""
        reminded = self._wait(lambda: next((
            one for one in self.box.messages()
            if any(two["text"].startswith("Release?") or "Release?" in str(two.get("blocks"))
                   for two in [one]) and one.get("reactions")
        ), None))  # fmt: skip
        time.sleep(4)
        with self.box.store.change():
            reactions.react(reminded, "white_check_mark", "U0000GRACE")

    @staticmethod
    def _wait(condition: Callable[[], object]) -> dict:
        while not (found := condition()):
            time.sleep(0.1)
        return found  # type: ignore[return-value]
