"""Each way to post under each kind of trouble: a process a cell, with a workspace of its own.

    python -m tests.faults.cells FOLDER ACTOR [WORDS OF A ROW]

prints one JSON object a cell. Patience is shortened by its documented switch.
"""

import dataclasses
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr
from multiprocessing import get_context
from pathlib import Path

import slack_wrapper.sandbox.app  # noqa: F401 - before the processes are made
from slack_wrapper.approvals import open_questions
from slack_wrapper.errors import SlackError, SlackWrapperError
from slack_wrapper.live import cadence, card, thread, updater
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import Ledger
from slack_wrapper.spool.outbox import Outbox
from tests.conftest import REPOSITORY
from tests.faults.actors import ACTORS, CHANNEL, NAME, Cell, count
from tests.faults.harness import Outcome
from tests.faults.kinds import POST, ROWS, SHARE, UPDATE, Row
from tests.faults.outages import Campaign
from tests.faults.trap import Trap

PATIENCE = "0.02"
WORKERS = int(os.environ.get("FAULTS_WORKERS", "3"))
_STATUSES = ("delivered", "queued", "pending")  # the worst last
_METHODS = {"file": SHARE, "files": SHARE, "update": UPDATE}


def campaign(actor: str) -> Campaign:
    """All rows of one actor, in a process of their own."""

    def run(folder: Path) -> list[Outcome]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.cells", str(folder), actor],
            cwd=REPOSITORY, capture_output=True, text=True, timeout=800, check=False,
            env={**os.environ, "SLACK_WRAPPER_PATIENCE": PATIENCE},
        )  # fmt: skip
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert found, done.stderr[-3000:]
        return [Outcome(**{**one, "expected": tuple(one["expected"]), "exits": tuple(one["exits"]),
                           "recovery": tuple(one["recovery"])}) for one in found]  # fmt: skip

    return run


CAMPAIGNS: dict[str, Campaign] = {f"kinds-{actor}": campaign(actor) for actor in ACTORS}


def cell(row: Row, actor: str, folder: str) -> Outcome:
    """Post under the trouble, let it pass, deliver what waits, and count."""
    home = Path(folder)
    home.mkdir(parents=True)
    os.chdir(home)
    tempfile.tempdir = str(home / "tmp")
    (home / "tmp").mkdir()
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(name)
    Path("t.tsv").write_text("model\tndcg\nknn\t0.5\n")
    told = io.StringIO()
    with Sandbox() as box, Trap() as trap, redirect_stderr(told):
        os.environ["SLACK_BOT_TOKEN"] = box.token
        os.environ["SLACK_WRAPPER_BASE_URL"] = box.api_url
        here = Cell(box, row.more.get("timeout"))
        _prepare(here, row, actor, trap)
        status, code = _act(here, actor, told)
        first = count(actor, here)
        time.sleep(row.late)
        if "passes" in row.more:  # the time for which Slack has asked: turns are kept there
            shutil.rmtree(home / "tmp")
            (home / "tmp").mkdir()
        recovery = () if actor in ("update",) else _recover(here, actor, told)
        final = count(actor, here)
    if trap.requests:
        told.write("\n".join(trap.requests))
        code = 99  # something went to a host that nobody has named
    return Outcome(
        row.name, actor, status, code, first, final, recovery,
        # A question that cannot be found out stays pending until somebody decides.
        expected=_STATUSES if actor == "approval" else _STATUSES[:2], told=told.getvalue(),
    )  # fmt: skip


def _prepare(cell: Cell, row: Row, actor: str, trap: Trap) -> None:
    box = cell.box
    box.store.ahead = row.ahead
    wire = cell.session().workspace(None).transport
    if actor == "update" or "thread" in row.more:
        cell.root = wire.call(POST, {"channel": CHANNEL, "text": "a root"})["ts"]
    for number in range(row.more.get("crowd", 0)):
        wire.call(POST, {"channel": CHANNEL, "text": f"somebody else {number}"})
    if "thread" in row.more:
        _close_thread(cell, row.more["thread"])
    if "renamed" in row.more:
        cell.session().workspace(None).names.channel_id(NAME)  # which is remembered
        _rename(cell)
    with box.store.change() as data:
        data["tokens"][0]["org"] = "org" in row.more
        data["refused_blocks"] = list(row.more.get("refused", ()))
    for script in row.faults:
        given = {"method": _METHODS.get(actor, POST), **script}
        if given.get("to") == "TRAP":
            given["to"] = f"{trap.url}/api/{given['method']}"
        box.faults.add(Fault(**given))


def _close_thread(cell: Cell, code: str) -> None:
    with cell.box.store.change() as data:
        root = cell.box.store.message(CHANNEL, cell.root)
        assert root is not None
        if code == "thread_not_found":
            cell.box.store.messages(CHANNEL).remove(root)
        root["locked"] = code == "restricted_action_thread_locked"
        root["no_replies"] = code == "cannot_reply_to_message"
        data["channels"][0]["no_threads"] = "non_threadable" in code


def _rename(cell: Cell) -> None:
    """Let another channel have the name; what comes to the one that had it is counted as lost."""
    with cell.box.store.change() as data:
        cell.box.store.channel(CHANNEL)["name"] = "another-study"  # type: ignore[index]
        data["channels"].append({"id": "C0000NEWLAB", "name": NAME, "members": ["U00000BOT"]})


def _act(cell: Cell, actor: str, told: io.StringIO) -> tuple[str, int]:
    """Return the worst status, and 1 for what would end a step: a crash prints its frames."""
    try:
        ACTORS[actor](cell)
    except SlackWrapperError as error:
        told.write(f"{error}\n")
        return "refused", 1
    except Exception:
        told.write(traceback.format_exc())
        return "crashed", 2
    return max(cell.statuses, key=_STATUSES.index, default="-"), 0


def _recover(cell: Cell, actor: str, told: io.StringIO) -> tuple[int, ...]:
    """Let later runs deliver what waits; what stays in doubt is decided by who looks."""
    for _ in range(12):
        opened = cell.session()
        opened.digests.resume()
        done = opened.flush()
        trouble = [one for _, one in done if isinstance(one, SlackError)]
        trouble += opened.digests.close()
        told.writelines(f"{one}\n" for one in trouble)
        if not trouble and not _waiting(actor):
            return (0,)
        time.sleep(0.3)
    for entry in _waiting(actor):
        word = "--posted" if count(actor, cell) else "--retry"
        main = [sys.executable, "-m", "slack_wrapper.cli.main"]
        subprocess.run([*main, "outbox", word, entry.name], check=False, capture_output=True)
    if actor == "approval":
        ACTORS[actor](cell)  # its step comes again
    opened = cell.session()
    opened.flush()
    return (0 if not Outbox().entries() and not opened.digests.close() else 75,)


def _waiting(actor: str) -> list[Entry]:
    """What waits; a question is not queued, it is on its way until its step has ended."""
    return Ledger().interrupted() if actor == "approval" else Outbox().entries()


def main() -> None:
    """Run the rows of one actor, and print the outcomes."""
    folder, actor, words = Path(sys.argv[1]), sys.argv[2], " ".join(sys.argv[3:])
    updater.LOOK, thread.SETTLED, card.RENEW = 0.05, 0.0, 0.0
    cadence.PACE = ((float("inf"), 0.0),)
    for name in ("SHORTEST", "SPACING", "TROUBLE", "MOST_TROUBLE"):
        setattr(open_questions, name, 0.05)
    for name in [name for name in os.environ if name.startswith(("SLACK_", "HTTP"))]:
        if name != "SLACK_WRAPPER_PATIENCE":
            del os.environ[name]
    rows = [row for row in ROWS if actor in row.actors and words in row.name]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
        waiting = [
            pool.submit(_in_a_process, row, actor, str(folder / f"{number}"))
            for number, row in enumerate(rows)
        ]
        for one in waiting:
            print(json.dumps(dataclasses.asdict(one.result())), flush=True)


def _in_a_process(row: Row, actor: str, folder: str) -> Outcome:
    try:
        return cell(row, actor, folder)
    except Exception:
        return Outcome(row.name, actor, "broken", 3, 0, 0, told=traceback.format_exc())


if __name__ == "__main__":
    main()
