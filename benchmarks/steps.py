"""(a) What a step costs, beside an empty `script:` step, curl in `shell:`, and librec-auto's way.

Each kind is a workflow of its own, run by real Snakemake with one core; the cost of a step is the
difference between a run of many and a run of few, divided by how many more there were. Every step
has a channel of its own, so that no pacing is measured. Ours posts to a sandbox in another process,
makes the link and writes its receipt; librec-auto's opens its key file and posts by
slack_sdk; the one with curl posts and keeps the answer; the empty ones, by `script:` and `shell:`,
write their output. Ours runs once more in a folder that has 10,000 receipts already.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import (
    Cost,
    Row,
    at_most,
    cost_of,
    environment,
    interleaved,
    median,
    server,
)

KINDS = ("ours", "empty", "curl", "librec", "shell")
PASSWORD = "correct horse battery staple"
SERVE = """
import sys
from slack_wrapper.sandbox.server import Sandbox
import os
count = int(os.environ["CHANNELS"])
channels = [{"id": f"C{n:09}", "name": f"c{n}", "members": ["U1"]} for n in range(count)]
scopes = ["chat:write", "chat:write.public", "channels:read", "groups:read"]
seed = {"team": "Bench", "url": "https://bench.slack.com",
        "users": [{"id": "U1", "name": "bot", "is_bot": True}],
        "channels": channels, "tokens": [{"token": "xoxb-bench", "user": "U1", "scopes": scopes}]}
with Sandbox(seed=seed) as box:
    print(box.api_url, flush=True)
    sys.stdin.read()
"""
HEAD = """
rule all:
    default_target: True
    input: expand("out/{n}.json", n=range(int(config["posts"])))
"""
SNAKEFILES = {
    "ours": """
import slack_wrapper
config["slack"] = {"encrypted_key": "keys/slack-api.enc"}
include: slack_wrapper.rules("slack.smk")
use rule slack_message as post with:
    output: "out/{n}.json"
    params: message="step {n}", channel="c{n}"
""",
    "empty": 'rule post:\n    output: "out/{n}.json"\n    script: "empty.py"\n',
    "curl": """
rule post:
    output: "out/{n}.json"
    shell: "curl -sSf -o {output} -H 'Authorization: Bearer xoxb-bench' -d channel=C{wildcards.n}"
        " -d 'text=step {wildcards.n}' ${{SLACK_WRAPPER_BASE_URL}}chat.postMessage"
""",
    "shell": 'rule post:\n    output: "out/{n}.json"\n    shell: "touch {output}"\n',
    "librec": """
rule post:
    output: "out/{n}.json"
    params: channel="c{n}"
    script: "librec.py"
""",
}
EMPTY = "open(snakemake.output[0], 'w').close()\n"
LIBREC = f"""
import base64, os
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from slack_sdk import WebClient

kdf = PBKDF2HMAC(hashes.SHA256(), 32, b"20200915", 100_000)
with open("keys/librec.enc", "rb") as file:
    token = Fernet(base64.urlsafe_b64encode(kdf.derive({PASSWORD!r}.encode()))).decrypt(file.read())
client = WebClient(token.decode(), base_url=os.environ["SLACK_WRAPPER_BASE_URL"])
client.chat_postMessage(channel=snakemake.params.channel, text="step")
open(snakemake.output[0], "w").close()
"""


def prepare(folder: Path) -> None:
    """Write the three workflows and their key files."""
    from slack_wrapper.vault.keyfile import store

    for kind in KINDS:
        place = folder / kind
        (place / "keys").mkdir(parents=True)
        (place / "Snakefile").write_text(HEAD + SNAKEFILES[kind])
    (folder / "empty" / "empty.py").write_text(EMPTY)
    (folder / "librec" / "librec.py").write_text(LIBREC)
    (folder / "librec" / "keys" / "librec.enc").write_bytes(_librec_file(b"xoxb-bench"))
    store.encrypt_to(folder / "ours" / "keys" / "slack-api.enc", "xoxb-bench", PASSWORD)


def _librec_file(token: bytes) -> bytes:
    import base64
    import hashlib

    from cryptography.fernet import Fernet

    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"20200915", 100_000)
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(token)


def run(folder: Path, kind: str, count: int, url: str, *, receipts: int = 0) -> Cost:
    """Run one workflow anew with `count` steps, in a folder that has so many receipts of others."""
    place = folder / kind
    for name in ("out", ".snakemake"):
        shutil.rmtree(place / name, ignore_errors=True)
    if receipts:
        (place / "out").mkdir()
    for number in range(receipts):
        (place / "out" / f"other{number}.json").write_text('{"status": "delivered"}')
    argv = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all",
            "--config", f"posts={count}"]  # fmt: skip
    env = environment(SLACK_WRAPPER_BASE_URL=url, SLACK_WRAPPER_PASSWORD=PASSWORD,
                      TMPDIR=str(folder))  # fmt: skip
    return cost_of(argv, cwd=place, env=env)


def step_costs(
    few: int, many: int, rounds: int, receipts: int
) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Return what one step of each kind takes, and what a run of few steps takes.

    Ours is there once more as `crowded`, in a folder that has so many receipts.
    """
    runs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as name, server(SERVE, CHANNELS=str(many)) as url:
        folder = Path(name)
        prepare(folder)
        run(folder, "ours", 1, url)  # what is compiled and cached is there for all

        def one(kind: str) -> Cost:
            known, crowd = ("ours", receipts) if kind == "crowded" else (kind, 0)
            less, more = (run(folder, known, n, url, receipts=crowd) for n in (few, many))
            runs.setdefault(kind, []).append(less)
            share = 1 / (many - few)
            return Cost((more.wall - less.wall) * share, (more.cpu - less.cpu) * share, more.peak)

        found = interleaved([*KINDS, "crowded"], rounds, one)
    return found, {kind: median(costs) for kind, costs in runs.items()}


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    crowd = 100 if quick else 10_000
    costs, whole = step_costs(1, 3, 1, crowd) if quick else step_costs(1, 31, 5, crowd)
    ours, found = costs["ours"], []
    for kind, aims, words in (
        ("empty", {"wall": 0.3, "cpu": 0.3}, "step / empty script: step"),
        ("curl", {"wall": 1.5, "cpu": 1.3}, "step / shell: with curl"),
        ("librec", {"wall": 0.3, "cpu": 0.3}, "step / slack_sdk and PBKDF2 in the job"),
    ):
        for name, aim in aims.items():
            mine, theirs = (getattr(cost, name) * 1000 for cost in (ours, costs[kind]))
            what, ratio = f"{words}, {name}", mine / theirs
            found.append(at_most("a", what, f"{mine:.0f} ms", f"{theirs:.0f} ms", ratio, aim))
    mine, theirs = whole["ours"].cpu * 1000, whole["shell"].cpu * 1000
    what = "one message in a whole run, beyond an empty shell: step, CPU ms"
    found.append(at_most("a", what, f"{mine:.0f} ms", f"{theirs:.0f} ms", mine - theirs, 350))
    for name in ("wall", "cpu"):
        mine, theirs = getattr(costs["crowded"], name) * 1000, getattr(ours, name) * 1000
        what = f"step with {crowd:,} receipts in its folder / with none, {name}"
        texts = (f"{mine:.0f} ms", f"{theirs:.0f} ms")
        found.append(at_most("a", what, *texts, mine / theirs, 1.1))
    return found
