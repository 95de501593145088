"""A working directory with everything that the documentation's examples take for granted."""

import json
import shutil
from pathlib import Path

import yaml

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cf"
    "c0f01f0005000201fe9a7f5e0000000049454e44ae426082"
)
TABLE = "model\tndcg\nboosting\t0.73\nmean\t0.41\n"
TEXTS = {
    "results/summary.md": "# NDCG\n\n*boosting* ranks best\n",
    "results/scores.tsv": TABLE,
    "results/summary.tsv": TABLE,
    "results/best.json": '{"model": "boosting", "ndcg": 0.73}\n',
    "results/all.txt": "all\n",
    "report.md.j2": "**{{ data.best.model }}** ranks best\n\n{{ data.scores | table }}\n",
    "summary.md": "*all* well\n",
    "stats/a.json": '{"reads": 1}\n',
    "stats/b.json": '{"reads": 2}\n',
    "stats/a.tsv": TABLE,
    "stats/b.tsv": TABLE,
}
IMAGES = ("post/viz-bar-NormalizedDCG.jpg", "results/summary.png", "results/ndcg.png",
          "plots/a.png", "plots/b.png", "plot.png")  # fmt: skip


def prepare(study: Path, sandbox: Sandbox, *, dry_run: bool = False) -> None:
    """Fill the working directory."""
    for name, text in TEXTS.items():
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_text(text)
    for name in IMAGES:
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_bytes(PNG)
    safe = study / "safe-place"
    safe.mkdir()
    (safe / "slack-api.key").write_text(sandbox.token)
    (safe / "webhook.txt").write_text("https://hooks.slack.com/services/T1/B1/secret")
    store.encrypt_to(study / "keys" / "webhook.enc", "https://hooks.slack.com/services/T1/B1/x",
                     PASSWORD, profile="test-only")  # fmt: skip
    section = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
    if dry_run:
        section["dry_run"] = True  # type: ignore[assignment]
    (study / "config.yaml").write_text(yaml.safe_dump({"slack": section}))
    (study / "config.json").write_text(json.dumps({"slack": section}))
    conf = study / "mystudy" / "conf"
    conf.mkdir(parents=True)
    shutil.copytree(study / "keys", study / "mystudy" / "keys")
    shutil.copytree(study / "post", study / "mystudy" / "post")
