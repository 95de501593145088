"""The plugin: the interface's conformance tests, and what would harm a run."""

import logging
import os
import subprocess
import sys
import typing
from dataclasses import fields
from pathlib import Path

import pytest
from snakemake_interface_common.plugin_registry.plugin import SettingsBase
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from slack_wrapper.live.run_state import Story
from slack_wrapper.live.snapshot import Ending
from slack_wrapper.snakemake_adapter import events
from snakemake_logger_plugin_slack import LogHandler, LogHandlerSettings

conformance = pytest.importorskip(
    "snakemake_interface_logger_plugins.tests", reason="interface 1 has no conformance tests"
)
LOGGER = logging.getLogger("snakemake.logging")


@pytest.fixture(autouse=True)
def no_gate_stays() -> typing.Iterator[None]:
    before = list(LOGGER.filters)
    yield
    for left in [one for one in LOGGER.filters if one not in before]:
        LOGGER.removeFilter(left)


class TestConformance(conformance.TestLogHandlerBase):
    """What the interface package expects of every plugin."""

    __test__ = True

    def get_log_handler_cls(self) -> type[LogHandlerBase]:
        return LogHandler

    def get_log_handler_settings(self) -> LogHandlerSettings:
        return LogHandlerSettings(channel="librec_channel")


class TestConformanceOfARun(TestConformance):
    """The same while a run is shown, so that the records are really read."""

    def _create_handler(self) -> LogHandlerBase:
        handler = super()._create_handler()
        handler._live = Shown()
        return handler


class Shown:
    def __init__(self) -> None:
        self.story = Story()
        self.closed = 0

    def take(self, record: logging.LogRecord) -> None:
        event = events.from_record(record)
        if event is not None:
            event.tell(self.story)

    def end(self) -> None:
        self.story.over()

    def close(self) -> None:
        self.closed += 1


def handler() -> tuple[LogHandler, Shown]:
    made, shown = LogHandler(conformance.MockOutputSettings(), LogHandlerSettings()), Shown()
    made._live, made._all = shown, [shown]
    return made, shown


def record(msg: object = "", **more) -> logging.LogRecord:
    made = logging.LogRecord("snakemake", logging.INFO, "x.py", 1, msg, (), None)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_snakemake_finds_the_plugin_and_its_flags() -> None:
    plugin = LoggerPluginRegistry().get_plugin("slack")
    flags = {info["cliarg"]: info for info in plugin.get_settings_info()}
    assert set(flags) == {
        f"--logger-slack-{name}"
        for name in (
            "channel", "encrypted-key", "password-command", "keyring-service", "keyring-username",
            "base-url", "mention", "quiet-hours", "min-duration", "progress-every", "log-files",
        )
    }  # fmt: skip
    assert all(info["env_var"].startswith("SNAKEMAKE_LOGGER_SLACK_") for info in flags.values())


def test_the_settings_types_are_types() -> None:
    """Snakemake crashes on the text of a type, which a `__future__` import would make of it."""
    assert issubclass(LogHandlerSettings, SettingsBase)
    assert all(field.type in (bool, typing.Optional[str]) for field in fields(LogHandlerSettings))  # noqa: UP045


def test_a_run_is_read_from_its_records() -> None:
    made, shown = handler()
    for one in (
        record("stats", event=LogEvent.RUN_INFO, stats={"work": 2, "total": 2}),
        record("", event=LogEvent.JOB_INFO, jobid=1, rule_name="work", wildcards={"s": "a"},
               log=["a.log"], output=["a.txt"], shellcmd="false"),
        record("", event=LogEvent.JOB_ERROR, jobid=1, rule_name="work", log=[], output=[],
               shellcmd=None),
        record("Trying to restart job 1."),
        record("", event=LogEvent.JOB_INFO, jobid=1, rule_name="work", wildcards={"s": "a"},
               log=[], output=[], shellcmd=None),
        record("", event=LogEvent.JOB_FINISHED, job_id=1),
        record(None, event=LogEvent.PROGRESS, done=1, total=2),
        record("", event=LogEvent.ERROR, exception="WorkflowError"),
    ):  # fmt: skip
        made.emit(one)
    shown.story.over()
    run = shown.story.snapshot()
    assert (run.done, run.total, run.attempts, run.failed) == (1, 2, 1, 0)
    assert (run.ending, run.reason) == (Ending.FAILED, "WorkflowError")
    (failure,) = shown.story.untold(settled_for=0)
    assert failure.job.command == "false"
    assert failure.job.logs == ["a.log"] or failure.job.logs == ("a.log",)


@pytest.mark.parametrize(
    "words",
    [
        "Terminating processes on user request, this might take some time.",
        "Will exit after finishing currently running jobs (scheduler).",
    ],
)
def test_being_stopped_is_read_from_words(words: str) -> None:
    assert isinstance(events.from_record(record(words)), events.Stopped)


@pytest.mark.parametrize("event", list(LogEvent))
def test_a_record_of_another_form_harms_nobody(
    event: LogEvent, capfd: pytest.CaptureFixture[str]
) -> None:
    made, _ = handler()
    for _ in range(3):
        made.emit(record(object(), event=event, jobid="?", stats=7, done="x"))
        made.emit(record("Trying to restart job x."))
    assert capfd.readouterr().err.count("warning") == 1


def test_closing_again_is_harmless() -> None:
    made, shown = handler()
    made.close()
    made.close()
    assert shown.closed == 1
    made.emit(record("", event=LogEvent.PROGRESS, done=1, total=2))


def test_a_dry_run_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(LOGGER.filters)
    settings = conformance.MockOutputSettings()
    settings.dryrun = True
    LogHandler(settings, LogHandlerSettings())
    assert LOGGER.filters == before


def test_a_bug_of_ours_at_the_begin_does_not_end_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("slack_wrapper.live.start.begin", broken)
    made = LogHandler(conformance.MockOutputSettings(), LogHandlerSettings())
    LOGGER.filter(record("stats", event="run_info", stats={}))
    assert made._live is None
    error = capfd.readouterr().err
    assert "warning" in error
    assert "secret" not in error


def test_the_import_loads_nothing_of_ours_but_the_plugin() -> None:
    code = (
        "import sys, snakemake_interface_logger_plugins.base as _\n"
        "import snakemake_interface_logger_plugins.settings\n"
        "before = set(sys.modules)\n"
        "import snakemake_logger_plugin_slack\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert set(done.stdout.split()) <= {
        "atexit",
        "snakemake_logger_plugin_slack",
        "snakemake_logger_plugin_slack.handler",
        "snakemake_logger_plugin_slack.settings",
    }
