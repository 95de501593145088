"""The process of a step: names its job to the session of the run, and waits until that has posted.

Snakemake starts it by `"$SLACK_WRAPPER_PYTHON" -I -S "$SLACK_WRAPPER_CLIENT" post OUTPUT`. It runs
without `site` and without our package, in whatever environment, and imports only what is built into
Python: it takes 8 ms. The session says what to print; the receipt it leaves beside its place, and
this process puts it there: so there is a receipt only while the job is alive. See
`session/thin.py` for the other side.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import posix
import sys
import time

VERSION = 1  # of the protocol: `session/protocol.py`
PATIENCE = 20.0  # seconds for which a step waits for a socket that is not there
LOCK_SECONDS = 10.0  # for the lock of the receipts; who holds it longer is not one of us
HINT = b"run the workflow again; docs/steps.md tells where steps can run"


def say(text: bytes) -> None:
    """Print a text."""
    while text:
        text = text[posix.write(2, text) :]


def fail(text: bytes, hint: bytes = HINT) -> int:
    """Say what went wrong; return the exit code."""
    say(b"slack-wrapper: error: " + text + b"\nhint: " + hint + b"\n")
    return 1


def interrupted(number: int, frame: object) -> None:
    """End as Ctrl-C wants it, without a traceback."""
    say(b"slack-wrapper: interrupted\n")
    posix._exit(130)


def private(folder: bytes) -> bool:
    """Whether this is a folder of ours that nobody else can enter: `common/private_dir.py`."""
    found = posix.lstat(folder)
    ours = found.st_mode & 0o170000 == 0o040000 and found.st_uid == posix.getuid()
    return ours and not found.st_mode & 0o077


def connected(path: bytes) -> "_socket.socket | None":
    """Connect; a socket that was swept away is made again by the session within seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            if private(path.rpartition(b"/")[0]):
                connection.connect(path)
                return connection
        except OSError:
            pass
        connection.close()
        if time.monotonic() > until:
            return None
        time.sleep(0.1)


def exactly(connection: "_socket.socket", count: int) -> bytes:
    """Receive so many bytes."""
    data = b""
    while len(data) < count:
        block = connection.recv(min(count - len(data), 65536))
        if not block:
            raise OSError
        data += block
    return data


def lock(path: bytes) -> None:
    """Keep others from renewing an older receipt until this process ends: `receipt_lock.py`."""
    try:
        import fcntl

        handle = posix.open(path, posix.O_RDWR | posix.O_CLOEXEC)
        until = time.monotonic() + LOCK_SECONDS
        while time.monotonic() < until:
            try:
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)
    except (OSError, ImportError):
        pass  # no ledger, or a file system without locks: nothing is renewed there


def put(receipt: bytes, place: bytes) -> int:
    """Put the receipt in its place; return the exit code."""
    try:
        posix.rename(receipt, place)
    except OSError as error:
        why = (error.strerror or "").lower().encode()
        return fail(
            b"the receipt " + place + b" cannot be written: " + why,
            b"the post itself is done; check the folder, then run the step again",
        )
    return 0


def question(outputs: "list[str]") -> bytes:
    """Return what names the job; names are hexadecimal, so that no bytes in them matter."""
    coded = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
    names = ",".join(f'"{name.encode(*coded).hex()}"' for name in outputs)
    step = f'{{"cwd":"{posix.getcwdb().hex()}","output":[{names}]}}'
    body = f'{{"version":{VERSION},"step":{step}}}'.encode()
    return len(body).to_bytes(4, "big") + body


def main(outputs: "list[str]") -> int:
    """Have the session do the step; return the exit code."""
    path = posix.environ.get(b"SLACK_WRAPPER_SESSION")
    connection = connected(path) if path and path != b"elsewhere" else None
    if connection is None:
        return fail(b"the step cannot reach the session of its run there")
    try:
        connection.sendall(question(outputs))
        while True:
            body = exactly(connection, int.from_bytes(exactly(connection, 4), "big"))
            if body[:1] != b"s":
                break
            say(body[1:])
    except OSError:
        return fail(
            b"the session of the run went away",
            b"look into the channel, then run the workflow again",
        )
    code, receipt, place, locked, text = body[1:].split(b"\0", 4)
    say(text)
    if not receipt:
        return int(code)
    lock(locked)
    if put(receipt, place):
        return 1
    try:  # noqa: SIM105 - contextlib takes 3 ms
        connection.sendall(b"+")
    except OSError:
        pass  # the run has ended meanwhile; its next start finds the receipt
    return int(code)


if __name__ == "__main__":
    if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, interrupted)
    posix._exit(main(sys.argv[2:]))
