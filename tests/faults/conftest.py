"""Campaigns run side by side, once a session; their outcomes become one table at the end."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import werkzeug.serving  # noqa: F401

# Here, before any thread: campaigns that import them at the same time meet half of them.
import slack_wrapper.sandbox.app  # noqa: F401
from tests.faults.harness import Outcome
from tests.faults.outages import Campaign
from tests.faults.registry import CAMPAIGNS

# Mostly they wait; their Snakemakes are what the cores are busy with.
SIDE_BY_SIDE = int(os.environ.get("FAULTS_SIDE_BY_SIDE", "8"))
_table: list[Outcome] = []
_seconds: dict[str, float] = {}


class Campaigns:
    """Starts what the selected tests need, the longest first, and gives the outcomes.

    Args:
        wanted: names of the campaigns.
        folder: theirs lie below it.
    """

    def __init__(self, wanted: set[str], folder: Path) -> None:
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE)
        self._running: dict[str, Future[list[Outcome]]] = {
            name: self._pool.submit(_timed, name, campaign, folder / name)
            for name, campaign in CAMPAIGNS.items()
            if name in wanted
        }

    def outcomes(self, name: str) -> list[Outcome]:
        """Wait for a campaign and return its outcomes."""
        return self._running[name].result()

    def finish(self) -> None:
        """Let what runs end, and begin nothing more."""
        self._pool.shutdown(cancel_futures=True)


def _timed(name: str, campaign: Campaign, folder: Path) -> list[Outcome]:
    began = time.monotonic()
    try:
        return campaign(folder)
    finally:
        _seconds[name] = time.monotonic() - began


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask for the outcomes of the campaigns last: other tests are run meanwhile."""
    items.sort(key=lambda item: "campaign" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def campaigns(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaigns]:
    wanted = {
        item.callspec.params["campaign"]
        for item in request.session.items
        if "campaign" in getattr(getattr(item, "callspec", None), "params", {})
    }
    found = Campaigns(wanted, tmp_path_factory.mktemp("faults"))
    yield found
    found.finish()


@pytest.fixture
def table() -> list[Outcome]:
    """The outcomes that are printed at the end."""
    return _table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print fault × kind → posts seen by the server, receipt, exit code, posts in the end."""
    if not _table:
        return
    terminalreporter.section("faults: posts, receipt, exit code → posts after the recovery")
    width = max(len(outcome.fault) for outcome in _table)
    for fault in dict.fromkeys(outcome.fault for outcome in _table):
        row = [outcome for outcome in _table if outcome.fault == fault]
        for number, outcome in enumerate(row):
            name = fault if number == 0 else ""
            terminalreporter.line(f"{name:{width}} | {outcome.kind:26} | {outcome.cell()}")
    lost = sum(outcome.final == 0 for outcome in _table)
    doubled = sum(max(outcome.posts, outcome.final) > 1 for outcome in _table)
    wrong = sum(bool(outcome.wrong) for outcome in _table)
    longest = sorted(_seconds, key=lambda name: -_seconds[name])[:8]
    told = ", ".join(f"{name} {_seconds[name]:.0f} s" for name in longest)
    terminalreporter.line(f"longest campaigns: {told or 'none'}")
    terminalreporter.line(
        f"{len(_table)} cells: {lost} lost, {doubled} doubled, {wrong} not as they must be"
    )
