"""(k) What Slack costs a run of two seconds, by hooks and by `--logger slack`.

Slack answers after 80 ms, refuses connections, or takes them and says nothing. Each side is the
same run of one job; the figure is what it takes longer than the run without us.
"""

import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import Cost, Row, cost_of, environment, interleaved, server

JOB = """
rule all:
    default_target: True
    output: touch("done.txt")
    shell: "sleep 2"
"""
HOOKS = 'import slack_wrapper\ninclude: slack_wrapper.rules("hooks.smk")\n'
SERVE = """
import sys
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
with Sandbox() as box:
    box.faults.add(Fault("*", "slow", seconds=0.08, times=10_000))
    print(box.api_url, box.token, flush=True)
    sys.stdin.read()
"""
AIMS = {"80 ms": 1.0, "refused": 1.0, "hanging": 5.0}
PLAIN = "without"


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of this part."""
    rounds = 1 if quick else 3
    with server(SERVE) as told, _deaf() as deaf:
        slow, token = told.split()
        places = {"80 ms": slow, "refused": "http://127.0.0.1:9/api/", "hanging": deaf}
        sides = [PLAIN, *(f"{who}, {how}" for who in ("hooks", "logger") for how in places)]

        def run(side: str) -> Cost:
            who, _, how = side.partition(", ")
            return _run(who, places.get(how, ""), token)

        found = interleaved(sides, rounds, run)
    return [_row(side, found[side].wall, found[PLAIN].wall) for side in sides[1:]]


def _row(side: str, ours: float, plain: float) -> Row:
    aim = AIMS[side.partition(", ")[2]]
    added = ours - plain
    what = f"a run of two seconds, {side}: seconds added"
    return Row("k", what, f"{ours:.2f} s", f"{plain:.2f} s", f"{added:.2f}", f"≤ {aim:g}",
               added <= aim)  # fmt: skip


def _run(who: str, address: str, token: str) -> Cost:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text("slack: {channel: general}\n")
        head = 'configfile: "config.yaml"\n' + (HOOKS if who == "hooks" else "")
        (folder / "Snakefile").write_text(head + JOB)
        argv = [sys.executable, "-m", "snakemake", "--cores", "1"]
        if who == "logger":
            argv += ["--logger", "slack", "--logger-slack-channel", "general"]
        env = environment(SLACK_BOT_TOKEN=token, SLACK_WRAPPER_BASE_URL=address)
        return cost_of(argv, cwd=folder, env={key: text for key, text in env.items() if text})


@contextmanager
def _deaf() -> Iterator[str]:
    """Take connections and answer none; give the address."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
