"""(f) What the ledger and the outbox cost a post, as the number of posts grows from 10 to 10,000.

Each figure is the median of what one post takes while so many others are there already. Flat: the
last is no more than twice the first, which leaves room for the file system's own folders.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import steps
from benchmarks.measuring import Row, server

SIZES = (10, 100, 1_000, 10_000)
SAMPLES = 50
AIM = 2.0


def _entry(number: int) -> object:
    from slack_wrapper.message.parameters import build
    from slack_wrapper.spool.entry import Entry
    from slack_wrapper.spool.ledger import step_of
    from slack_wrapper.spool.progress import Progress

    request = build({"message": f"post {number}", "channel": f"c{number % 100}"},
                    receipt=f"out/{number}.json", rule="post")  # fmt: skip
    step = step_of(request.receipt, request.channels[0])
    return Entry(step, request.to_dict(), Progress(), step, "digest")


def ledger(size: int, folder: Path) -> float:
    """Return the seconds of one post in a ledger with `size` others."""
    from slack_wrapper.spool.ledger import Ledger

    book = Ledger(folder)

    def one(number: int) -> None:
        entry = _entry(number)
        book.find(entry.step)
        book.save(entry)
        entry.receipt = {"status": "delivered", "key": entry.progress.key}
        book.settle(entry)
        book.find(entry.step)

    return _sampled(one, size)


def outbox(size: int, folder: Path) -> float:
    """Return the seconds of one post in an outbox with `size` others, to come and to go."""
    from slack_wrapper.spool.ledger import Ledger
    from slack_wrapper.spool.outbox import Outbox

    book, box = Ledger(folder), Outbox(folder)
    box.waits()  # read once, as a run does
    for number in range(size):
        box.take(_entry(number), "no answer", book.sending)

    def one(number: int) -> None:
        entry = _entry(number)
        box.find(entry.step)
        box.waits_for(entry.destination)
        book.save(entry)
        box.take(entry, "no answer", book.sending)
        box.remove(entry)

    return _sampled(one, size, there=True)


def flush(size: int, folder: Path) -> float:
    """Return the seconds a post of flushing an outbox of `size` posts, calls to Slack included."""
    from slack_wrapper.client import rate_limit
    from slack_wrapper.session.factory import open_local
    from slack_wrapper.spool.ledger import Ledger

    before, rate_limit.INTERVAL = Path.cwd(), 0.0
    os.chdir(folder)
    os.environ["SLACK_BOT_TOKEN"] = "xoxb-bench"
    try:
        with server(steps.SERVE, CHANNELS="100") as url:
            session = open_local({"base_url": url})
            for number in range(size):
                session.poster.outbox.take(_entry(number), "no answer", Ledger().sending)
            started = time.process_time()
            delivered = sum(isinstance(outcome, dict) for _, outcome in session.flush())
            took = time.process_time() - started
    finally:
        os.chdir(before)
        del os.environ["SLACK_BOT_TOKEN"]
    assert delivered == size
    return took / size


def _sampled(one: Callable[[int], None], size: int, *, there: bool = False) -> float:
    for number in range(0 if there else size):
        one(number)
    took = []
    for number in range(size, size + SAMPLES):
        started = time.process_time()
        one(number)
        took.append(time.process_time() - started)
    return statistics.median(took)


def rows(*, quick: bool = False) -> list[Row]:
    """Return the rows of the table."""
    sizes = SIZES[:2] if quick else SIZES
    found = []
    for side in (ledger, outbox, flush):
        costs = []
        for size in sizes:
            with tempfile.TemporaryDirectory() as name:
                costs.append(side(size, Path(name)) * 1e6)
        ratio = costs[-1] / costs[0]
        figures = ", ".join(f"{cost:.0f}" for cost in costs)
        what = (
            f"{side.__name__}, CPU µs a post with {', '.join(f'{size:,}' for size in sizes)} others"
        )
        found.append(Row("f", what, figures, "", f"{ratio:.2f}", f"≤ {AIM:g}", ratio <= AIM))
    return found
