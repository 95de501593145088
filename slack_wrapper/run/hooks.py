"""Start, success and failure of a run, from `rules/hooks.smk` or from one's own hooks.

The run is shown as the logger plugin shows it, by one message that tells its end; see `live`. A
hook never changes what the run ends with: trouble with Slack is told on stderr and that is all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slack_wrapper.common.budget import spending
from slack_wrapper.common.console import warn
from slack_wrapper.errors import RequestError, SlackWrapperError
from slack_wrapper.run.attaching import run_of
from slack_wrapper.run.run import Run
from slack_wrapper.snakemake_adapter import attached
from slack_wrapper.snakemake_adapter.errors import interrupted

if TYPE_CHECKING:
    from slack_wrapper.live.start import Live, Records

START, SUCCESS, FAILURE = "start", "success", "failure"


class _Shown:
    """A run that the hooks show."""

    def __init__(self, live: Live, records: Records) -> None:
        self._live, self._records = live, records

    def close(self, badly: BaseException | str = "") -> None:
        """Say how it ended."""
        try:
            self._live.close(badly=badly)
        finally:
            self._records.shut()


def on_start(workflow: Any) -> None:
    """Post that the run begins; steps with `thread: run` reply to this message.

    Args:
        workflow: Snakemake's, as it is known in a Snakefile.
    """

    def say(run: Run) -> None:
        _end(workflow)  # of another run of the same workflow, if there was one
        _begin(workflow, run, root=True)
        run.owed = lambda error: _say(workflow, lambda run: _close(workflow, run, error), FAILURE)

    _say(workflow, say, START)


def on_success(workflow: Any, log: Any = None) -> None:
    """Tell that the run went well, by its message and as `slack.notify.success` says.

    Args:
        workflow: Snakemake's.
        log: what Snakemake gives a hook; not needed.
    """
    _say(workflow, lambda run: _close(workflow, run), SUCCESS)


def on_error(workflow: Any, log: Any = None) -> None:
    """Tell that the run failed, by its message and as `slack.notify.failure` says.

    Args:
        workflow: Snakemake's.
        log: what Snakemake gives a hook; not needed.
    """
    _say(workflow, lambda run: _close(workflow, run, "error"), FAILURE)


def attach_hooks(workflow: Any) -> None:
    """Post all three by themselves, beside the user's own hooks."""
    run = run_of(workflow)
    run.announce(
        start=lambda: on_start(workflow),
        success=lambda: on_success(workflow),
        error=lambda: on_error(workflow),
    )


def _say(workflow: Any, act: Callable[[Run], None], which: str) -> None:
    start = which == START
    try:
        run = run_of(workflow)
        if run.for_real() and not run.shared.live:
            _demand_channel(run, which)
            whole = run.shared.patience
            with spending(run.shared.patience_at_start if start else whole):
                act(run)
    except SlackWrapperError as error:
        warn(str(error))
    except KeyboardInterrupt:
        if start:  # at the password prompt: no job has begun yet
            raise interrupted() from None
        warn("the message was interrupted")
    except Exception as error:  # noqa: BLE001 - a message must never end a run
        warn(f"the hook failed: {type(error).__name__}")


def _demand_channel(run: Run, which: str) -> None:
    if not run.section.get("channel"):
        run.owed = None
        raise RequestError(
            f"the {which} message has no channel", hint="set slack.channel in the config"
        )


def _begin(workflow: Any, run: Run, *, root: bool) -> None:
    from slack_wrapper.live.start import Records, begin_for_hooks

    live = begin_for_hooks(workflow, run.shared, root=root)
    if live is not None:
        attached.of(workflow).shown = _Shown(live, Records(live))


def _close(workflow: Any, run: Run, badly: BaseException | str = "") -> None:
    """Tell the end; of a run whose begin was not told, too."""
    run.owed = None
    if attached.of(workflow).shown is None:
        _begin(workflow, run, root=False)
    _end(workflow, badly)


def _end(workflow: Any, badly: BaseException | str = "") -> None:
    shown: _Shown | None = attached.of(workflow).shown
    if shown is not None:
        attached.of(workflow).shown = None
        shown.close(badly)
