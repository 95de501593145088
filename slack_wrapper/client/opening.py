"""Opening a TCP connection within a bound that holds for the name and all of its addresses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

_SHARE = 1.0  # seconds that an address gets at the least, while there are any


def opened(
    address: tuple[str, int], seconds: float, options: Sequence[tuple[Any, ...]] = ()
) -> socket.socket:
    """Return a connected socket.

    Resolving a name knows no time-out of its own, and a host with eight addresses that drop what
    they are sent would take eight time-outs.

    Args:
        address: host and port.
        seconds: for all of it.
        options: arguments of `setsockopt`.

    Raises:
        OSError: there is no connection.
    """
    until = time.monotonic() + seconds
    found = _resolved(address[0].strip("[]"), address[1], seconds)
    problem: OSError = OSError("the host has no address")
    for number, (family, kind, protocol, _, place) in enumerate(found):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        made = socket.socket(family, kind, protocol)
        try:
            for option in options:
                made.setsockopt(*option)
            made.settimeout(min(left, max(_SHARE, left / (len(found) - number))))
            made.connect(place)
        except OSError as error:
            made.close()
            problem = error
        else:
            return made
    raise problem


def _resolved(host: str, port: int, seconds: float) -> list[Any]:
    outcome: list[Any] = []

    def resolve() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError("timed out")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return list(outcome[0])
