"""What the benchmarks share: interleaved rounds, costs of processes, medians, rows of the table."""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        part: letter of the benchmark.
        what: what is compared.
        ours, other: the medians, with their unit.
        value: the figure that has an aim, such as their ratio.
        aim: its bound, as text; empty where there is none.
        met: whether it is kept; None where there is none.
    """

    part: str
    what: str
    ours: str
    other: str
    value: str
    aim: str = ""
    met: bool | None = None


def at_most(part: str, what: str, ours: str, other: str, value: float, aim: float) -> Row:
    """Return a row whose figure should not be over `aim`."""
    return Row(part, what, ours, other, f"{value:.2f}", f"≤ {aim:g}", value <= aim)


@dataclass(frozen=True)
class Cost:
    """What a process took, its waited-for children included.

    Args:
        wall, cpu: seconds.
        peak: MiB, of the largest single process.
    """

    wall: float
    cpu: float
    peak: float


def cost_of(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Cost:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; what it printed is shown.
    """
    with (cwd / "output.txt").open("w+") as output:
        started = time.monotonic()
        child = subprocess.Popen(argv, cwd=cwd, env=env, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            sys.exit(f"{argv} failed with {child.returncode}:\n{output.read()}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # getrusage(2): bytes there, KiB here
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def interleaved(sides: Sequence[str], rounds: int, run: Callable[[str], Cost]) -> dict[str, Cost]:
    """Run each side once a round, and return the medians of each."""
    found: dict[str, list[Cost]] = {side: [] for side in sides}
    for number in range(rounds):
        # Alternating the order too: what slows the second of a pair slows each side equally often.
        for side in sides if number % 2 == 0 else tuple(reversed(sides)):
            found[side].append(run(side))
    return {side: median(costs) for side, costs in found.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of several costs."""
    return Cost(*(statistics.median(getattr(one, key) for one in costs)
                  for key in ("wall", "cpu", "peak")))  # fmt: skip


def environment(**more: str) -> dict[str, str]:
    """Return an environment without tokens, proxies and keyrings, with this repository."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    return {
        **kept,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": str(REPOSITORY),
        **more,
    }


@contextmanager
def server(code: str, **env: str) -> Iterator[str]:
    """Run Python code that prints an address and ends with its stdin; give the address."""
    with served([sys.executable, "-c", code], **env) as address:
        yield address


@contextmanager
def served(command: list[str], **env: str) -> Iterator[str]:
    """Run a program that prints an address and ends with its stdin; give the address."""
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment(**env),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def machine() -> str:
    """Return what the figures depend on, in one line."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), flags=re.M)
        model = f" ({names[0]})" if names else ""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("snakemake", "slack-sdk", "cryptography")
    )
    return (
        f"{os.cpu_count()} cores{model}, {platform.system()} {platform.release()} "
        f"{platform.machine()}, Python {platform.python_version()}, {packages}"
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| | what | ours | other | figure | aim | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        verdict = {None: "", True: "met", False: "**missed**"}[row.met]
        cells = (row.part, row.what, row.ours, row.other, row.value, row.aim, verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_json(path: Path, data: object) -> None:
    """Write a file that a side reads."""
    path.write_text(json.dumps(data), encoding="utf-8")
