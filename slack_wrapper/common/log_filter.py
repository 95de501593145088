"""Log records and tracebacks without secrets."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from slack_wrapper.common import console
from slack_wrapper.common.redact import redact

# A filter holds for records of its own logger only, not for those of loggers below it.
HTTP_LOGGERS = (
    "urllib3",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
)


class ScrubbingFilter(logging.Filter):
    """Takes the secrets out of every record, out of its exception too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Scrub a record; keep it."""
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


def scrub_http_logs() -> None:
    """Take the secrets out of what urllib3 logs: addresses, headers that it cannot read."""
    for name in HTTP_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, ScrubbingFilter) for known in logger.filters):
            logger.addFilter(ScrubbingFilter())


def guard_tracebacks() -> None:
    """Let an error that nobody has caught, a bug of ours, be printed without secrets.

    In the threads of this process too; another program's own way of showing errors is left alone.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _show
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _show_in_thread


def _show(
    kind: type[BaseException], error: BaseException | None, frames: TracebackType | None
) -> None:
    text = "".join(traceback.format_exception(kind, error, frames))
    console.tell(text.rstrip("\n"))


def _show_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_type is not SystemExit:  # the end of a thread, not an error
        _show(given.exc_type, given.exc_value, given.exc_traceback)
