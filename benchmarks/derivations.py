"""(c) How often the key is derived in a run of 100 posts: once, whatever the number of jobs.

Every Python process of the run, jobs included, tells at its end how many derivations it made.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks import steps
from benchmarks.measuring import Row, cost_of, environment, server

TELL = """
import atexit, sys
def tell():
    kdf = sys.modules.get("slack_wrapper.vault.keyfile.kdf")
    with open("derivations.txt", "a") as file:
        print(kdf.derivations() if kdf else 0, file=file)
atexit.register(tell)
"""


def derivations(posts: int) -> tuple[int, int]:
    """Return how many derivations a run made, and in how many Python processes."""
    with tempfile.TemporaryDirectory() as name, server(steps.SERVE, CHANNELS=str(posts)) as url:
        folder = Path(name)
        steps.prepare(folder)
        place = folder / "ours"
        (place / "sitecustomize.py").write_text(TELL)
        env = environment(SLACK_WRAPPER_BASE_URL=url, TMPDIR=name,
                          SLACK_WRAPPER_PASSWORD=steps.PASSWORD)  # fmt: skip
        env["PYTHONPATH"] += f":{place}"
        argv = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all",
                "--config", f"posts={posts}"]  # fmt: skip
        cost_of(argv, cwd=place, env=env)
        told = (place / "derivations.txt").read_text().split()
    return sum(map(int, told)), len(told)


def rows(*, quick: bool = False) -> list[Row]:
    """Return the row of the table."""
    posts = 4 if quick else 100
    made, processes = derivations(posts)
    return [
        Row("c", f"key derivations of a run with {posts} posts", str(made),
            f"{processes} processes", str(made), "= 1", made == 1)
    ]  # fmt: skip
