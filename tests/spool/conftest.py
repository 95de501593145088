"""A study whose posts are made in this process, as the steps of a run make them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.config import read
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import Request
from slack_wrapper.session.local import LocalSession
from slack_wrapper.snakemake_adapter.metadata import FolderRecords
from slack_wrapper.spool.receipt_file import ReceiptFile
from slack_wrapper.vault.passwords.chain import PasswordChain
from tests.conftest import PASSWORD

KEY = "keys/slack-api.enc"
CHANNEL = "librec_channel"
STATE = Path(".snakemake") / "slack"
QUICK = RetryPolicy(attempts=2, total=5.0, base=0.001, cap=0.002, max_wait=0.01)

Step = Callable[..., Receipt]


@pytest.fixture
def session(study: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., LocalSession]:
    """Open a session, as each run has one of its own; Snakemake has recorded the end of no job."""
    monkeypatch.setenv("SLACK_WRAPPER_PASSWORD", PASSWORD)
    monkeypatch.setenv("TMPDIR", str(study.parent))
    (study / "data").mkdir()
    for name in ("plot", "table"):
        (study / "data" / f"{name}.txt").write_text(f"the content of {name}\n")

    def opened(records: FolderRecords | None = None) -> LocalSession:
        settings = read({"encrypted_key": KEY, "max_wait": 5})
        passwords = PasswordChain(settings.sources)
        return LocalSession(settings, passwords, policy=QUICK, records=records)

    return opened


def request(name: str, **params: Any) -> Request:
    """Return the request of a step."""
    given = {"channel": CHANNEL, "encrypted_key": KEY, "thread": "none", **params}
    rule = given.pop("rule", name)
    return build(given, receipt=f"slack/{name}.json", rule=rule)


def step(session: LocalSession, name: str, **params: Any) -> Receipt:
    """Post as a step does, and return its receipt."""
    asked = request(name, **params)
    with ReceiptFile(asked.receipt, asked) as place:
        receipt = session.post(asked)
        session.confirm(asked, receipt, place.write(receipt))
    return receipt


def texts(sandbox: Any) -> list[str]:
    """What is in the channel: each message's text, for files their names too."""
    return [
        " ".join([message["text"], *(file["name"] for file in message.get("files", []))]).strip()
        for message in sandbox.messages()
    ]
