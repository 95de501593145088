"""SHA-256 of blocks, made while they are sent: for a gigabyte it takes as long as the sending."""

from __future__ import annotations

import hashlib
import threading
from queue import SimpleQueue

BLOCK = 1 << 20  # bytes read, hashed and sent at a time; larger blocks gain nothing on loopback
_BUFFERS = 3  # one is sent, one is hashed, one is read


class BlockHash:
    """Lends out buffers and hashes what was read into them, in order, in a thread of its own.

    A buffer goes back by itself once it is hashed; whoever took it must be done with its content
    before asking for the next one. Both hashing and sending release the interpreter's lock, so that
    they go on side by side.

    Args:
        size: bytes that will be hashed; of fewer than `BLOCK` the buffers are no larger.
    """

    def __init__(self, size: int = BLOCK) -> None:
        self._block = min(size, BLOCK)
        self._digest = hashlib.sha256()
        self._free: SimpleQueue[bytearray] = SimpleQueue()
        self._filled: SimpleQueue[tuple[bytearray, memoryview] | None] = SimpleQueue()
        self._lent = 0
        self._thread: threading.Thread | None = None

    def buffer(self) -> bytearray:
        """Return a buffer; waits until one has been hashed."""
        if self._lent < _BUFFERS:
            self._lent += 1
            return bytearray(self._block)
        return self._free.get()

    def update(self, buffer: bytearray, content: memoryview) -> None:
        """Hash the content of a buffer, then let it be lent out again."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        self._filled.put((buffer, content))

    def close(self) -> None:
        """Finish what is under way and end the thread."""
        if self._thread is not None:
            self._filled.put(None)
            self._thread.join()
            self._thread = None

    def hexdigest(self) -> str:
        """Return the SHA-256 of everything, in hex."""
        self.close()
        return self._digest.hexdigest()

    def _run(self) -> None:
        while filled := self._filled.get():
            buffer, content = filled
            self._digest.update(content)
            self._free.put(buffer)
