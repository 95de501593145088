"""A terminal that closes ends a run as SIGTERM does, and not without a word."""

from __future__ import annotations

import os
import signal
import threading


def end_as_terminated() -> None:
    """Let SIGHUP do what SIGTERM does; only from the main thread, else nothing happens.

    Snakemake handles SIGTERM (it starts no further job and runs `onerror`), and leaves SIGHUP to
    the system, which ends the process at once. Whoever ignores SIGHUP (`nohup`), or handles it, is
    left alone.
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(hangup) is signal.SIG_DFL:
        signal.signal(hangup, _terminate)


def _terminate(number: int, frame: object) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
