"""Start, success and failure messages, from `rules/hooks.smk` or from one's own hooks.

A hook never changes what the run ends with: trouble with Slack is told on stderr and that is all.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

from slack_wrapper.common.budget import spending
from slack_wrapper.common.console import warn
from slack_wrapper.errors import RequestError, SlackWrapperError
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import QUEUE, WARN
from slack_wrapper.model.run_again import Again
from slack_wrapper.report import failure_card
from slack_wrapper.run.run import Run, run_of
from slack_wrapper.snakemake_adapter import attached, command_line, counts
from slack_wrapper.snakemake_adapter.errors import interrupted

START = "start"  # the message that is the root of the run's thread


def on_start(workflow: Any) -> None:
    """Post that the run begins; steps with `thread: run` reply to this message.

    Args:
        workflow: Snakemake's, as it is known in a Snakefile.
    """
    attached.of(workflow).began = time.monotonic()

    def text() -> str:
        return failure_card.started(counts.to_run(workflow))

    again = command_line.run_again(workflow)  # at the end the command may be no caller any more
    _owe(workflow, lambda reason: _failed_run(workflow, again, reason))
    _say(workflow, text, START)


def on_success(workflow: Any, log: Any = None) -> None:
    """Post that the run went well, in its thread.

    Args:
        workflow: Snakemake's.
        log: what Snakemake gives a hook; not needed.
    """

    def text() -> str:
        return failure_card.succeeded(counts.done(workflow), _seconds(workflow))

    _owe(workflow, None)
    _say(workflow, text, "success")


def on_error(workflow: Any, log: Any = None) -> None:
    """Post what failed, in the run's thread.

    Args:
        workflow: Snakemake's.
        log: what Snakemake gives a hook; not needed.
    """
    _owe(workflow, None)
    _failed_run(workflow, command_line.run_again(workflow))


def _failed_run(workflow: Any, again: Again, reason: str = "") -> None:
    def text() -> str:
        jobs = counts.failed(workflow)
        done, seconds = counts.done(workflow), _seconds(workflow)
        return failure_card.failed(jobs, done, seconds, reason=reason, again=again)

    _say(workflow, text, "failure")


def attach_hooks(workflow: Any) -> None:
    """Post all three by themselves, beside the user's own hooks."""
    run = run_of(workflow)
    run.announce(
        start=lambda: on_start(workflow),
        success=lambda: on_success(workflow),
        error=lambda: on_error(workflow),
    )


def _owe(workflow: Any, told: Callable[[str], None] | None) -> None:
    with contextlib.suppress(SlackWrapperError):  # `_say` tells that no rule file is included
        run_of(workflow).owed = told


def _say(workflow: Any, text: Callable[[], str], which: str) -> None:
    root = which == START
    try:
        run = run_of(workflow)
        if run.for_real() and not run.shared.live:
            whole = run.shared.patience
            with spending(run.shared.patience_at_start if root else whole):
                _demand_channel(run, which)
                _post(run, text(), root=root)
    except SlackWrapperError as error:
        warn(str(error))
    except KeyboardInterrupt:
        if root:  # at the password prompt, or a message that took too long: no job has begun yet
            raise interrupted() from None
        warn("the message was interrupted")
    except Exception as error:  # noqa: BLE001 - a message must never end a run
        warn(f"the hook failed: {type(error).__name__}")


def _demand_channel(run: Run, which: str) -> None:
    if not run.section.get("channel"):
        raise RequestError(
            f"the {which} message has no channel", hint="set slack.channel in the config"
        )


def _post(run: Run, text: str, *, root: bool) -> None:
    from slack_wrapper.sending.reachability import look_out

    # A hook has no end to change, so its message may always wait; `warn` is to let it go.
    on_failure = WARN if run.section.get("on_failure") == WARN else QUEUE
    params = {"message": text, "option": "message", "thread": "run", "on_failure": on_failure}
    request = build(params, defaults=run.section)
    session = run.shared.session()
    if session.sends:
        look_out(session, request.encrypted_key)
    if root:
        run.shared.begin_thread(request)
    else:
        session.post(request)


def _seconds(workflow: Any) -> float:
    now = time.monotonic()
    began = attached.of(workflow).began
    return now - (now if began is None else began)
