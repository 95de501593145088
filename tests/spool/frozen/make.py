"""Makes a folder of state files with the code of a release, to be read by all later ones.

    git archive RELEASE | tar -x -C OLD
    PYTHONPATH=OLD python tests/spool/frozen/make.py tests/spool/frozen/RELEASE

What the steps are is in `STEPS`; `tests/spool/test_frozen.py` runs the same ones again.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

PASSWORD = "correct horse battery staple"
KEY = "keys/slack-api.enc"
CHANNEL = "librec_channel"
BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": "*a block*"}}
STEPS = {
    "queued": {"message": "queued: *hello*", "fields": {"NDCG": "0.41"}, "color": "good"},
    "queued-file": {"file": "data/plot.txt", "message": "A plot", "comment": "queued: a file"},
    "queued-blocks": {"message": "queued: blocks", "blocks": [BLOCK], "footer": "the end"},
    "held": {"message": "held: unclear"},
    "timed": {"file": "data/plot.txt", "comment": "timed", "post_at": "2100-01-01T00:00:00+00:00"},
    "sending": {"message": "sending: killed"},
    "sending-file": {"file": "data/table.txt", "comment": "sending: a file"},
    "delivered": {"message": "delivered: hello", "mention": ["here"]},
    "delivered-file": {"file": ["data/plot.txt", "data/table.txt"], "comment": "delivered: files"},
}
LINES = {"line-a": "sample a", "line-b": "sample b"}
CHANGED_NS = 1_790_000_000_000_000_000  # time of last change of the files


def request(name: str, **more):
    """Return the request of a step."""
    from slack_wrapper.message.parameters import build

    given = {**STEPS.get(name, {}), **more}
    params = {"channel": CHANNEL, "encrypted_key": KEY, "thread": "none", **given}
    return build(params, receipt=f"slack/{name}.json", rule=name.replace("-", "_"))


def study() -> None:
    """Make the files of the steps, in the working directory."""
    Path("data").mkdir()
    for name in ("plot", "table"):
        path = Path("data") / f"{name}.txt"
        path.write_text(f"the content of {name}\n")
        os.utime(path, ns=(CHANGED_NS, CHANGED_NS))


def main(target: str) -> None:
    from slack_wrapper.client import messages
    from slack_wrapper.live.orphan_marks import Mark, MarkFile
    from slack_wrapper.sandbox.faults import Fault
    from slack_wrapper.sandbox.server import Sandbox
    from slack_wrapper.session.factory import open_local
    from slack_wrapper.spool.receipt_file import ReceiptFile
    from slack_wrapper.vault.keyfile import store
    from tests.support.records import WholeRun

    target = str(Path(target).resolve())
    os.environ["SLACK_WRAPPER_PASSWORD"] = PASSWORD
    os.environ["TMPDIR"] = tempfile.mkdtemp()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as box:
        os.chdir(folder)
        os.environ["SLACK_WRAPPER_BASE_URL"] = box.api_url
        Path("keys").mkdir()
        store.encrypt_to(KEY, box.token, PASSWORD, profile="test-only")
        study()

        def open_again():
            return open_local({"encrypted_key": KEY, "max_wait": 20}, records=WholeRun())

        def step(session, name: str, **more) -> None:
            asked = request(name, **more)
            with ReceiptFile(asked.receipt, asked) as place:
                receipt = session.post(asked)
                session.confirm(asked, receipt, place.write(receipt))

        session = open_again()
        for name in ("delivered", "delivered-file"):
            step(session, name)
        for name, text in LINES.items():
            step(session, name, message=text, coalesce="All samples")
        for name, method in (("sending", "chat.postMessage"),
                             ("sending-file", "files.completeUploadExternal")):  # fmt: skip
            fault = box.faults.add(Fault(method, "hang", seconds=600.0))
            if os.fork() == 0:
                step(open_again(), name)
                os._exit(0)
            fault.reached.wait(60)
        # The children hang in their calls: a kill is what they get at the end.
        find = messages.find
        box.faults.add(Fault("chat.postMessage", "close", when="after"))
        box.faults.add(Fault("conversations.*", "error", code="missing_scope", times=100))
        step(session, "held")
        box.faults.clear()
        session = open_again()
        box.faults.add(Fault("*", "http", status=503, times=10_000))
        for name in ("queued", "queued-file", "queued-blocks"):
            step(session, name)
        box.faults.clear()
        session = open_again()
        step(session, "timed")
        session.poster.outbox.arrived("0" * 32, "1790000000.000100")
        mark = Mark("study", KEY, "C0000LIBREC", "1" * 32, time.time(), "1790000000.000200", 3, 9)
        MarkFile(mark).save()
        shutil.copytree(".snakemake/slack", f"{target}/slack")
        shutil.copytree("slack", f"{target}/receipts")
        print(find, threading.active_count())


if __name__ == "__main__":
    main(sys.argv[1])
    os.killpg(0, 9)
