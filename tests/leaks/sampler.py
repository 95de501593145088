"""What any process of this user shows the others while a run lasts: its argv and environment."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")


@dataclass(frozen=True)
class Seen:
    """One process at one moment, as /proc shows it.

    Args:
        pid: its process ID.
        argv: its command line, NUL between the arguments.
        environ: its environment as it was when the program began, NUL between the variables.
    """

    pid: int
    argv: bytes
    environ: bytes


class Sampler:
    """Reads /proc/*/cmdline and /proc/*/environ of this user in a thread, as fast as it can."""

    def __init__(self) -> None:
        self.seen: set[Seen] = set()
        self.passes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()
        assert self.passes, "the sampler never got a turn"

    def argv_of(self, pid: int) -> list[bytes]:
        """Return the command lines under which a process was seen."""
        return [one.argv for one in self.seen if one.pid == pid]

    def pids(self, part: bytes) -> set[int]:
        """Return the processes whose command line contains `part`."""
        return {one.pid for one in self.seen if part in one.argv}

    def _sample(self) -> None:
        own = os.getpid()
        while not self._stop.is_set():
            for name in os.listdir(PROC):  # noqa: PTH208 - half the time of Path.iterdir
                if name.isdigit() and int(name) != own:
                    self._look(int(name))
            self.passes += 1

    def _look(self, pid: int) -> None:
        """Keep what a process shows, unless it became another program in between."""
        argv = _read(pid, "cmdline")
        if not argv:  # ended, or a thread of the kernel
            return
        environ = _read(pid, "environ")
        if _read(pid, "cmdline") == argv:
            self.seen.add(Seen(pid, argv, environ))


def _read(pid: int, name: str) -> bytes:
    try:
        descriptor = os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
    except OSError:  # ended meanwhile, or another user's
        return b""
    try:
        parts = iter(lambda: os.read(descriptor, 1 << 16), b"")
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
