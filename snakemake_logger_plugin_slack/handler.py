"""The handler: starts the live message when a real run begins, and hands it the records.

`emit` runs on Snakemake's one listener thread, where an exception would end the logging of every
handler and a wait would delay the run's end. So it neither raises nor waits: it changes a few
numbers under a lock. What talks to Slack has a thread of its own.
"""

import atexit
import contextlib
import logging
import sys
import threading
from typing import Any, Optional

from snakemake_interface_logger_plugins.base import LogHandlerBase

BEGINS = "run_info"  # the event just before `onstart` of a real run


class LogHandler(LogHandlerBase):
    """Shows the run in Slack."""

    def __post_init__(self) -> None:
        """Wait for the run to begin; on a dry run, or for --lint and the like, it never does."""
        if not hasattr(self, "level"):  # interface 1 leaves the init of its base class to plugins
            logging.Handler.__init__(self)
        self._live: Any = None
        self._listener: Optional[threading.Thread] = None
        self._told = False
        if not getattr(self.common_settings, "dryrun", False):
            logging.getLogger("snakemake.logging").addFilter(_Gate(self))

    def begin(self) -> None:
        """Begin to show the run: on the main thread, where a password can be asked for."""
        try:
            from slack_wrapper.live.start import begin

            self._live = begin(vars(self.settings), self._alive, _snakemake_version())
        except KeyboardInterrupt:  # at the prompt: the run is to stop, not the logger alone
            from slack_wrapper.snakemake_adapter.errors import interrupted

            raise interrupted() from None
        except Exception as error:  # noqa: BLE001 - a run must not fail for its message
            self._warn(error)
        if self._live is not None:
            # In older releases nobody closes a plugin's handler before the process ends.
            atexit.register(self.close)

    def emit(self, record: logging.LogRecord) -> None:
        """Add a record to the story of the run."""
        if self._live is None:
            return
        try:
            from snakemake_logger_plugin_slack import events

            self._listener = threading.current_thread()
            event = events.from_record(record)
            if event is not None:
                event.tell(self._live.story)
        except Exception as error:  # noqa: BLE001 - it would end the logging of all handlers
            self._warn(error)

    def close(self) -> None:
        """Say how the run ended; Snakemake calls this once, twice or not at all."""
        live, self._live = self._live, None
        if live is not None:
            with contextlib.suppress(Exception, KeyboardInterrupt):
                live.close()
        super().close()

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

    def _alive(self) -> bool:
        return self._listener is None or self._listener.is_alive()

    def _warn(self, error: Exception) -> None:
        """Tell of a bug of ours, once."""
        if not self._told:
            self._told = True
            from slack_wrapper.common import console

            console.warn(f"the Slack logger failed: {type(error).__name__}")


class _Gate(logging.Filter):
    """Sees the records where they are made, until the run begins; lets all of them pass."""

    def __init__(self, handler: LogHandler) -> None:
        super().__init__()
        self._handler = handler

    def filter(self, record: logging.LogRecord) -> bool:
        """Begin at the record that only a real run has."""
        if getattr(record, "event", None) == BEGINS:
            logging.getLogger("snakemake.logging").removeFilter(self)
            self._handler.begin()
        return True


def _snakemake_version() -> str:
    module = sys.modules.get("snakemake")
    return str(getattr(module, "__version__", ""))
