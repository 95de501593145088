"""Keeps two processes from putting a receipt in place at the same time.

A step writes its receipt, the session of the run or `slack-wrapper flush` renews it later: the
renewed form of an older one must not take the place of what a step has written meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from typing import IO, Any

# Beside the ledger, which every host of a run sees; where there is none, nothing is ever renewed.
PLACE = os.path.join(".snakemake", "slack", "receipts.lock")  # noqa: PTH118


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Keep others from putting a receipt in place, where the file system can."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            handle = os.open(PLACE, os.O_RDWR | os.O_CREAT, 0o600)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def locked_while(path: str, file: IO[Any]) -> Iterator[None]:
    """Do so only if an open file is still the one at a path.

    Raises:
        OSError: another one has taken its place, or it has gone.
    """
    with locked():
        # It is open, so that its inode can be no other file's.
        if not os.path.samestat(os.stat(path), os.fstat(file.fileno())):  # noqa: PTH116
            raise FileExistsError(path)
        yield
