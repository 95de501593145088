"""Standard input, output and error, also where the caller has closed them (`2>&-`).

A closed descriptor is given to the next file or socket that is opened, and what is printed would go
there: into a connection to Slack, or a receipt.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def mend() -> None:
    """Open what is closed, on nothing."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    null = Path(os.devnull)
    sys.stdin = sys.stdin or null.open(encoding="utf-8")
    sys.stdout = sys.stdout or null.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or null.open("w", encoding="utf-8")


def silence_stdout() -> None:
    """Let nothing be written to stdout any more, at the end of Python neither."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
