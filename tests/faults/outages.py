"""Campaigns of trouble with Slack or the way to it: each is one study and its real runs."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.outcomes import reset
from slack_wrapper.spool.ledger import FOLDER as LEDGER
from slack_wrapper.spool.outbox import Outbox
from tests.faults.harness import Lab, Outcome
from tests.faults.scenarios import (
    BROKEN_UPLOAD,
    BYTES,
    OUTAGES,
    PARTIAL,
    POINTS,
    POST,
    SHARE,
    STORMS,
    TROUBLES,
    Point,
    Trouble,
)

POSTS = ("message", "file", "files")
THREAD = ("message", "reply")
Campaign = Callable[[Path], list[Outcome]]
FOREVER = 10**6


def once(folder: Path) -> list[Outcome]:
    """Every trouble at every call, once; storms for 60 s. All steps in one run, side by side."""
    grid = [
        (trouble, point)
        for trouble in [*TROUBLES, *STORMS]
        for point in POINTS
        if not (point.method == BYTES and trouble.script["kind"] == "error")  # it answers no JSON
    ]
    grid.append((BROKEN_UPLOAD, Point("file", BYTES, 1)))
    grid.append((BROKEN_UPLOAD, Point("files", BYTES, 2)))
    cases = {f"{trouble.slug}-{point.slug}": (trouble, point) for trouble, point in grid}
    with Lab(folder, cases) as lab:
        for case, (trouble, point) in cases.items():
            lab.box.faults.add(point.fault(lab, case, trouble))
        lab.want(*((point.kind, case) for case, (_, point) in cases.items()))
        code = lab.snakemake(cores=64)
        posts = {case: lab.posts(point.kind, case) for case, (_, point) in cases.items()}
        lab.box.faults.clear()
        flush = lab.command("flush")
        return [
            Outcome(
                trouble.name, point.name, lab.status(point.kind, case), code, posts[case],
                lab.posts(point.kind, case) + len(lab.strays(case)), (flush,),
                expected=("delivered", "queued") if trouble in STORMS else ("delivered",),
                shared=True,
                told=lab.told(),
            )
            for case, (trouble, point) in cases.items()
        ]  # fmt: skip


def outage(trouble: Trouble) -> Campaign:
    """All calls meet the trouble until it is cleared."""
    fault = {"method": "*", "times": FOREVER, **trouble.script}
    return lambda folder: _outage(folder, f"outage: {trouble.name}", faults=[fault])


def partial(trouble: Trouble) -> Campaign:
    """The calls that post meet the trouble until it is cleared; the channel can be read."""
    faults = [{"method": method, "times": FOREVER, **trouble.script} for method in (POST, SHARE)]
    return lambda folder: _outage(folder, f"posting only: {trouble.name}", faults=faults)


def refused(folder: Path, kinds: tuple[str, ...] = POSTS) -> list[Outcome]:
    """Nobody listens."""
    with socket.socket() as free:  # bound but not listening: connections to it are refused
        free.bind(("127.0.0.1", 0))
        return _outage(folder, "connection refused", kinds, url=_url(free.getsockname()[1]))


def no_name(folder: Path) -> list[Outcome]:
    """The name cannot be resolved: RFC 2606 keeps .invalid unregistered."""
    return _outage(folder, "DNS failure", url="https://slack.invalid/api/")


def reset_at_once(folder: Path) -> list[Outcome]:
    """The connection is reset before the request is read."""
    with _resetting() as url:
        return _outage(folder, "reset before the request", url=url)


def thread(folder: Path) -> list[Outcome]:
    """A step that replies to a message that is queued."""
    return refused(folder, THREAD)


def _outage(
    folder: Path,
    name: str,
    kinds: tuple[str, ...] = POSTS,
    *,
    faults: Iterable[dict[str, Any]] = (),
    url: str | None = None,
) -> list[Outcome]:
    """Run during the outage, end it, recover as a user would, and count.

    The name's length decides between the two recoveries, so that each is used by about half:
    `slack-wrapper flush`, and a further run of the workflow that has a step to do.
    """
    case = "outage"
    with Lab(folder, [case, "later"], section={"max_wait": 15}) as lab:
        for fault in faults:
            lab.box.faults.add(Fault(**fault))
        steps = [(kind, case) for kind in kinds]
        lab.want(*steps)
        code = lab.snakemake(url=url)
        first = {kind: lab.posts(kind, case) for kind in kinds}
        status = {kind: lab.status(kind, case) for kind in kinds}
        lab.box.faults.clear()
        recovery: tuple[int, ...] = ()
        if len(name) % 2 == 0 or code != 0:
            lab.want(*steps, ("message", "later"))
            recovery = (lab.snakemake(),)
        recovery += (lab.command("flush"),)
        strays = len(lab.strays(case))
        return [
            Outcome(name, kind, status[kind], code, first[kind],
                    lab.posts(kind, case) + strays, recovery, told=lab.told())
            for kind in kinds
        ]  # fmt: skip


def hold(folder: Path) -> list[Outcome]:
    """Without the scopes to read, an unclear post is held and told; the user then decides."""
    rows = [(when, kind) for when in ("before", "after") for kind in ("message", "file")]
    cases = {f"{kind}-{when}": (kind, when) for when, kind in rows}
    with Lab(folder, cases) as lab:
        with lab.box.store.change() as data:
            data["tokens"][0]["scopes"] = ["chat:write", "files:write", "channels:read"]
        for case, (kind, when) in cases.items():
            point = Point("message", POST) if kind == "message" else Point("file", SHARE)
            script = Trouble("", {"kind": "reset", "when": when})
            lab.box.faults.add(point.fault(lab, case, script))
        lab.want(*((kind, case) for case, (kind, _) in cases.items()))
        code = lab.snakemake()
        first = {case: lab.posts(kind, case) for case, (kind, _) in cases.items()}
        status = {case: lab.status(kind, case) for case, (kind, _) in cases.items()}
        held = lab.command("flush")
        _decide(lab, {case: first[case] == 1 for case in cases})
        flush = lab.command("flush")
        words = {"before": "not handled", "after": "handled"}
        return [
            Outcome(f"reset, {words[when]}, no scope to look (held: flush {held})", kind,
                    status[case], code, first[case], lab.posts(kind, case),
                    (held - 75, flush), expected=("queued",), told=lab.told())
            for case, (kind, when) in cases.items()
        ]  # fmt: skip


def _decide(lab: Lab, there: dict[str, bool]) -> None:
    """Do what the hint says: look into the channel, then settle or retry each entry."""
    for entry in Outbox(lab.folder / LEDGER).entries():
        lab.command("outbox", "--posted" if there[entry.channel] else "--retry", entry.name)


@contextlib.contextmanager
def _resetting() -> Iterator[str]:
    """Listen, and reset each connection before anything is read from it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                reset(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield _url(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/"


CAMPAIGNS: dict[str, Campaign] = {
    "once": once,
    "hold": hold,
    "refused": refused,
    "thread": thread,
    "no-name": no_name,
    "reset-at-once": reset_at_once,
    **{f"outage-{trouble.slug}": outage(trouble) for trouble in OUTAGES},
    **{f"partial-{trouble.slug}": partial(trouble) for trouble in PARTIAL},
}
