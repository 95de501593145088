"""A run that ends before its first job: one short message, at most one a cause and day.

The logger plugin knows of it by the errors that Snakemake tells before a run has begun. Nobody is
asked for a password here: without one that is at hand, nothing is posted.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slack_wrapper.common import foreign
from slack_wrapper.common.budget import SILENT_SECONDS, Budget, spending
from slack_wrapper.common.redact import redact_log
from slack_wrapper.common.run_name import author
from slack_wrapper.common.text import shorten
from slack_wrapper.errors import SlackWrapperError, StateUnreadable
from slack_wrapper.live import environment, settings
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import AUTHOR
from slack_wrapper.live.pauses import warn
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.model.request import MESSAGE, NO_THREAD, QUEUE, WARN, Request
from slack_wrapper.report.error_line import first_line
from slack_wrapper.session import current
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import TOKEN_VARIABLE
from slack_wrapper.snakemake_adapter import asked
from slack_wrapper.snakemake_adapter.asked import Cause
from slack_wrapper.spool import state_file
from slack_wrapper.spool.ledger import FOLDER

NAME = "never_began.json"
VERSION = 1
MAX_TEXT = 2000  # characters of the error that are shown
DAY = 86_400.0  # seconds


def tell(flags: Mapping[str, Any], records: Sequence[logging.LogRecord]) -> None:
    """Tell that a run did not begin; trouble is one warning.

    Args:
        flags: of the logger plugin.
        records: of the errors, at least one.
    """
    if not asked.to_run():
        return
    section = {**current.current().section, **settings.session_flags(flags)}
    if not section.get("channel") or not (
        section.get("encrypted_key") or os.environ.get(TOKEN_VARIABLE)
    ):
        return
    last = records[-1]
    exception, text = str(getattr(last, "exception", "") or "error"), str(last.msg)
    try:
        chosen = settings.read(flags, section)
        if not chosen.notify.failure.on or not _is_new(exception, text):
            return
        session = open_local(section, interactive=False)
        if session.sends:
            with spending(Budget(SILENT_SECONDS)):
                session.post(_request(chosen, exception, text))
    except SlackWrapperError as error:
        warn(f"that the run did not begin is not told in Slack: {error}")


def _request(chosen: LiveSettings, exception: str, text: str) -> Request:
    policy = chosen.notify
    facts = environment.gather(name=policy.run_name, page=policy.run_url)
    told, cause = redact_log(text), asked.cause(exception, text)
    names = [author() if name == AUTHOR else name for name in policy.failure.mention]
    return Request(
        MESSAGE,
        (chosen.channel,),
        message=_headline(facts, cause, told),
        thread=NO_THREAD,
        blocks=tuple(_blocks(facts, cause, told)),
        mention=tuple(name for name in dict.fromkeys(names) if name),
        mention_missing=WARN,
        on_failure=QUEUE if chosen.keeps else WARN,
        encrypted_key=chosen.encrypted_key,
    )


def _headline(facts: Facts, cause: Cause, told: str) -> str:
    line = first_line(told)
    if line.endswith(":"):  # what it introduces comes last
        line = f"{line} {told.strip().splitlines()[-1].strip()}"
    what = f"{cause.told}: {foreign.shown(line)}" if line else cause.told
    return f":no_entry: *{foreign.shown(facts.name)}* did not begin: {what}"


def _blocks(facts: Facts, cause: Cause, told: str) -> list[dict[str, Any]]:
    parts = [shorten(foreign.block(told.strip()), MAX_TEXT)] if told.strip() else []
    if cause.helps:
        when = f" ({cause.when})" if cause.when else ""
        parts.append(f"what helps{when}:\n{foreign.block(cause.helps)}")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts]
    small = [{"type": "mrkdwn", "text": line} for line in facts.lines(time.time())[:4]]
    return [*blocks, {"type": "context", "elements": small}]


def _is_new(exception: str, text: str, folder: str | Path = FOLDER) -> bool:
    """Whether this cause was not told within the last day; it is noted. Unwritable: it was."""
    place, now = Path(folder) / NAME, time.time()
    key = hashlib.sha256(f"{exception}\n{text}".encode("utf-8", "replace")).hexdigest()[:16]
    told: dict[str, float] = {}
    with contextlib.suppress(OSError, StateUnreadable, ValueError, TypeError, AttributeError):
        found = state_file.read(place, (VERSION,)).get("told")
        told = {str(one): float(at) for one, at in dict(found or {}).items()}
    told = {one: at for one, at in told.items() if now - DAY < at <= now + DAY}
    if key in told:
        return False
    told[key] = now
    try:
        state_file.folder(place.parent)
        state_file.write(place, {"version": VERSION, "told": told})
    except (OSError, SlackWrapperError):
        return False
    return True
