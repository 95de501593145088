"""The handler: starts the message of each real run when it begins, and hands it the records.

`emit` runs on Snakemake's one listener thread, where an exception would end the logging of every
handler and a wait would delay the run's end. So it neither raises nor waits: it changes a few
numbers under a lock. What talks to Slack has a thread of its own.

One process may do several runs (`SnakemakeApi`), with one handler. A run begins where its record is
made, on the main thread, and gets the records from the moment on at which that record is emitted:
those before it are the last run's.
"""

import atexit
import contextlib
import logging
import sys
import threading
from collections import deque
from typing import Any, Deque, List, Optional

from snakemake_interface_logger_plugins.base import LogHandlerBase

BEGINS = "run_info"  # the event just before `onstart` of a real run
ERROR = "error"
LOGGER = "snakemake.logging"  # of all of Snakemake's records


class LogHandler(LogHandlerBase):
    """Shows the runs in Slack."""

    def __post_init__(self) -> None:
        """Wait for a run to begin; on a dry run, or for --lint and the like, it never does."""
        if not hasattr(self, "level"):  # interface 1 leaves the init of its base class to plugins
            logging.Handler.__init__(self)
        self._live: Any = None  # of the run whose records come now
        self._begun: Deque[Any] = deque()  # of runs whose records are still to come
        self._all: List[Any] = []
        self._listener: Optional[threading.Thread] = None
        self._told = False
        self._errors: List[logging.LogRecord] = []  # while no run has begun
        self._gate = _Gate(self)
        self._dryrun = bool(getattr(self.common_settings, "dryrun", False))
        logger = logging.getLogger(LOGGER)
        for left in [one for one in logger.filters if isinstance(one, _Gate) and one.is_shut]:
            logger.removeFilter(left)
        if not self._dryrun:
            logger.addFilter(self._gate)

    def begin(self) -> None:
        """Begin to show a run: on the main thread, where a password can be asked for."""
        live: Any = None
        try:
            from slack_wrapper.live.start import begin

            live = begin(vars(self.settings), self._alive, _snakemake_version())
        except KeyboardInterrupt:  # at the prompt: the run is to stop, not the logger alone
            from slack_wrapper.snakemake_adapter.errors import interrupted

            raise interrupted() from None
        except Exception as error:  # noqa: BLE001 - a run must not fail for its message
            self._warn(error)
        if live is not None and not self._all:
            # In older releases nobody closes a plugin's handler before the process ends.
            atexit.register(self.close)
        self._begun.append(live)
        self._all += [live] if live is not None else []

    def emit(self, record: logging.LogRecord) -> None:
        """Add a record to the story of its run."""
        try:
            self._listener = threading.current_thread()
            event = str(getattr(record, "event", None))
            if event == BEGINS:
                self._next()
            if self._live is not None:
                self._live.take(record)
            elif event == ERROR and len(self._errors) < 10:
                self._errors.append(record)
        except Exception as error:  # noqa: BLE001 - it would end the logging of all handlers
            self._warn(error)

    def close(self) -> None:
        """Say how the runs ended; Snakemake calls this once, twice or not at all."""
        self._gate.is_shut = True
        lives, self._all, self._live = self._all, [], None
        for live in lives:
            with contextlib.suppress(Exception, KeyboardInterrupt):
                live.close()
        if lives:
            self._gate.is_idle = True
        errors, self._errors = self._errors, []
        if errors:
            self.never_began(errors)
        super().close()

    def never_began(self, errors: List[logging.LogRecord]) -> None:
        """Tell that no run has begun, once."""
        if self._gate.is_idle or self._dryrun:
            return
        self._gate.is_idle = True
        with contextlib.suppress(Exception, KeyboardInterrupt):
            from slack_wrapper.live.never_began import tell

            tell(vars(self.settings), errors)

    @property
    def writes_to_stream(self) -> bool:
        """Whether this plugin writes to stdout or stderr: others may."""
        return False

    @property
    def writes_to_file(self) -> bool:
        """Whether this plugin writes to a file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Whether records are filtered here: all are wanted, whatever is printed under --quiet."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Whether records are formatted here: none is."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Whether the graph of rules is needed: it is not."""
        return False

    def _next(self) -> None:
        """Go on with the run that begins; the one before is over."""
        if self._live is not None:
            self._live.end()
        self._errors.clear()
        self._live = self._begun.popleft() if self._begun else self._live

    def _alive(self) -> bool:
        return self._listener is None or self._listener.is_alive()

    def _warn(self, error: Exception) -> None:
        """Tell of a bug of ours, once."""
        if not self._told:
            self._told = True
            from slack_wrapper.common import console

            console.warn(f"the Slack logger failed: {type(error).__name__}")


class _Gate(logging.Filter):
    """Sees the records where they are made; lets all of them pass.

    Attributes:
        is_shut: the handler is closed; an error that the command tells later is seen here only.
        is_idle: there is nothing more to see.
    """

    def __init__(self, handler: LogHandler) -> None:
        super().__init__()
        self._handler = handler
        self.is_shut = self.is_idle = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Begin at the record that only a run has."""
        event = getattr(record, "event", None)
        if event == BEGINS and not self.is_shut:
            self._handler.begin()
        elif event == ERROR and self.is_shut and not self.is_idle and _in_command():
            self._handler.never_began([record])
        return True


def _in_command() -> bool:
    """Whether Snakemake's own command is a caller.

    It tells an error that it met while it was telling one (9.27: a Snakefile that cannot be parsed
    at its first lines) when its logger is closed.
    """
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "snakemake.cli":
        frame = frame.f_back
    return frame is not None


def _snakemake_version() -> str:
    module = sys.modules.get("snakemake")
    return str(getattr(module, "__version__", ""))
