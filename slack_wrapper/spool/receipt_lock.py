"""Keeps two processes from putting a receipt in place at the same time.

A step writes its receipt, the session of the run or `slack-wrapper flush` renews it later: the
renewed form of an older one must not take the place of what a step has written meanwhile.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import IO, Any

from slack_wrapper.common import file_lock

SECONDS = 10.0  # to wait for somebody else who puts a receipt in place
# Beside the ledger, which every host of a run sees; where there is none, nothing is ever renewed.
PLACE = os.path.join(".snakemake", "slack", "receipts.lock")  # noqa: PTH118


@contextlib.contextmanager
def locked() -> Iterator[bool]:
    """Keep others from putting a receipt in place, where the file system can; say whether it did.

    Whoever holds it does so for the time of a rename, so a longer wait tells of a process that was
    stopped meanwhile, or of a file system without locks that work: a step then goes on without.
    """
    with file_lock.locked(PLACE, SECONDS, like_folder=True) as held:
        yield held


@contextlib.contextmanager
def locked_while(path: str, file: IO[Any]) -> Iterator[None]:
    """Do so only if an open file is still the one at a path.

    Raises:
        OSError: another one has taken its place, or it has gone.
    """
    with locked() as held:
        if not held and os.path.exists(os.path.dirname(PLACE)):  # noqa: PTH110, PTH120
            raise FileExistsError(path)
        # It is open, so that its inode can be no other file's.
        if not os.path.samestat(os.stat(path), os.fstat(file.fileno())):  # noqa: PTH116
            raise FileExistsError(path)
        yield
