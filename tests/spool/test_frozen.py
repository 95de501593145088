"""State that each released version wrote is read, and what waits in it is posted once.

A folder in `frozen/` is what `frozen/make.py` made with the code of a release; the steps in it are
run again here.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from slack_wrapper.live import orphan_marks
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.local import LocalSession
from slack_wrapper.spool import digest_log
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from tests.spool.conftest import STATE, texts
from tests.spool.frozen import make
from tests.support.records import WholeRun

FROZEN = Path(__file__).parent / "frozen"
RELEASES = sorted(path.name for path in FROZEN.iterdir() if (path / "slack").is_dir())


@pytest.fixture(params=RELEASES)
def frozen(request: pytest.FixtureRequest, study: Path, session: object) -> Path:
    """The study of a release, as a kill has left it."""
    shutil.rmtree("data")
    make.study()
    shutil.copytree(FROZEN / request.param / "slack", STATE)
    shutil.copytree(FROZEN / request.param / "receipts", "slack")
    for folder in ("outbox", "held", "sending"):  # a release is only frozen with all of them
        assert list((STATE / folder).glob("*.json"))
    return study


def test_all_of_it_is_read(frozen: Path) -> None:
    outbox, ledger = Outbox(), Ledger()
    assert len(outbox.entries()) == 5
    assert {entry.request["rule"] for entry in ledger.interrupted()} == {"sending", "sending_file"}
    assert len(ledger.kept()) == 3
    (digest,) = digest_log.read_all(STATE / "digests")
    assert [line.text for line in digest.lines.values()] == list(make.LINES.values())
    with orphan_marks.orphans() as found:
        assert [one.name for one, _ in found] == ["study"]
    assert outbox.root("0" * 32) == "1790000000.000100"
    assert [*outbox.unreadable(), *ledger.unreadable(), *orphan_marks.unreadable()] == []


@pytest.mark.parametrize("name", [name for name in make.STEPS if "delivered" in name])
def test_what_was_delivered_before_the_upgrade_is_not_posted_again(
    frozen: Path, name: str, session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    assert session().post(make.request(name))["status"] == "delivered"
    assert texts(sandbox) == []
    session().post(make.request(name, comment="something else", message="something else"))
    assert "something else" in texts(sandbox)[-1]  # the control


@pytest.mark.parametrize("name", [name for name in make.STEPS if "queued" in name])
def test_what_waits_is_posted_once(
    frozen: Path, name: str, session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    assert session().post(make.request(name, on_failure="queue"))["status"] == "queued"
    session().flush()
    assert len(texts(sandbox)) == 4  # three that wait, and one that is held
    assert len(set(texts(sandbox))) == 4
    receipt = json.loads(Path(f"slack/{name}.json").read_text())
    assert receipt["status"] == "delivered"
    session().flush()
    assert len(texts(sandbox)) == 4


@pytest.mark.parametrize(("name", "posted"), [("sending", 1), ("sending-file", 0)])
def test_what_was_on_its_way_is_taken_up(
    frozen: Path, name: str, posted: int, session: Callable[[], LocalSession], sandbox: Sandbox
) -> None:
    """A file whose share was unclear is not shared again: this server does not know its upload."""
    (before,) = [one for one in Ledger().interrupted() if one.request["rule"].endswith(name[8:])
                 and one.request["rule"].startswith("sending")
                 and one.request["receipt"] == f"slack/{name}.json"]  # fmt: skip
    receipt = session().post(make.request(name))
    assert receipt["key"] == before.progress.key
    assert receipt["status"] == ("delivered" if posted else "queued")
    assert sum("sending" in text for text in texts(sandbox)) == posted


def test_a_shared_message_is_continued(
    frozen: Path, session: Callable[..., LocalSession], sandbox: Sandbox
) -> None:
    """It was posted at another server; here it is not found, and posted anew with all lines."""
    run = session(WholeRun())
    run.digests.resume()
    step = make.request("line-c", message="sample c", coalesce="All samples")
    run.post(step)
    assert run.digests.close() == []
    (text,) = [text for text in texts(sandbox) if "sample c" in text]
    assert [line in text for line in ("sample a", "sample b", "sample c")] == [True] * 3
