"""Campaigns of a disk that is full or read-only where the ledger, the outbox or a receipt goes."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from slack_wrapper.sandbox.faults import Fault
from tests.faults.harness import Lab, Outcome

KINDS = ("message", "file", "files")
FOREVER = 10**6
CASE = "disk"
LEDGER = Path(".snakemake") / "slack"


def can_mount() -> bool:
    """Whether file systems can be mounted here: as root, with the capability for it."""
    probe = Path(__file__).parent
    tried = subprocess.run(["mount", "--bind", probe, probe], capture_output=True, check=False)
    if tried.returncode == 0:
        subprocess.run(["umount", probe], check=True)
    return tried.returncode == 0


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Make `folder` a small file system that has no byte and no file to spare."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=16", "none", folder], check=True
    )
    try:
        with contextlib.suppress(OSError), (folder / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(bytes(4096)):
                pass
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Mount `folder` over itself, read-only; permissions would not bind root."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def in_the_way(folder: Path) -> Iterator[None]:
    """Put a file where the folder should be; needs no mount."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("not a folder\n")
    try:
        yield
    finally:
        folder.unlink()


Spoil = Callable[[Path], contextlib.AbstractContextManager[None]]


def ledger(name: str, spoil: Spoil, *, slack_up: bool) -> Callable[[Path], list[Outcome]]:
    """Spoil the folder of ledger and outbox for one run; mend it, and run again.

    With Slack down as well, a post can neither be delivered nor kept: then the step has to say so
    and fail, and running again posts.
    """

    def campaign(folder: Path) -> list[Outcome]:
        words = "Slack up" if slack_up else "HTTP 503"
        with Lab(folder, [CASE]) as lab:
            if not slack_up:
                lab.box.faults.add(Fault("*", "http", status=503, times=FOREVER))
            lab.want(*((kind, CASE) for kind in KINDS))
            with spoil(lab.folder / LEDGER):
                code = lab.snakemake()
                first = {kind: lab.posts(kind, CASE) for kind in KINDS}
            lab.box.faults.clear()
            return _again(lab, f"{name} for the ledger, {words}", code, first)

    return campaign


def receipts(name: str, spoil: Spoil) -> Callable[[Path], list[Outcome]]:
    """Spoil the folder of the receipts for one run, mend it, run again."""

    def campaign(folder: Path) -> list[Outcome]:
        with Lab(folder, [CASE]) as lab, contextlib.ExitStack() as spoiled:
            lab.want(*((kind, CASE) for kind in KINDS))
            for kind in KINDS:
                spoiled.enter_context(spoil(lab.folder / "slack" / kind))
            code = lab.snakemake()
            first = {kind: lab.posts(kind, CASE) for kind in KINDS}
            spoiled.close()
            return _again(lab, f"{name} for the receipts", code, first)

    return campaign


def snakemake_read_only(folder: Path) -> list[Outcome]:
    """Make the whole of `.snakemake` read-only: then Snakemake itself does not start."""
    with Lab(folder, [CASE]) as lab:
        lab.want(*((kind, CASE) for kind in KINDS))
        with read_only(lab.folder / ".snakemake"):
            code = lab.snakemake()
            first = {kind: lab.posts(kind, CASE) for kind in KINDS}
        return _again(lab, "read-only .snakemake, Snakemake itself ends", code, first, ours=False)


def _again(
    lab: Lab, name: str, code: int, first: dict[str, int], *, ours: bool = True
) -> list[Outcome]:
    status = {kind: lab.status(kind, CASE) for kind in KINDS}
    told = lab.told()
    recovery = (lab.snakemake("--rerun-incomplete"), lab.command("flush"))
    outcomes = [
        Outcome(name, kind, status[kind], code, first[kind],
                lab.posts(kind, CASE) + len(lab.strays(CASE)), recovery,
                expected=("-", "delivered"), exits=(0, 1), told=lab.told())
        for kind in KINDS
    ]  # fmt: skip
    if ours and ("Traceback" in told or (code != 0 and "hint: " not in told)):
        for outcome in outcomes:
            outcome.exits = ()  # a failure without a remedy, or with a traceback, is never right
    return outcomes


CAMPAIGNS = {
    "ledger-in-the-way": ledger("a file in the folder's place", in_the_way, slack_up=True),
    "ledger-in-the-way-down": ledger("a file in the folder's place", in_the_way, slack_up=False),
}
MOUNTED = {
    "ledger-full": ledger("disk full", full, slack_up=True),
    "ledger-full-down": ledger("disk full", full, slack_up=False),
    "ledger-read-only": ledger("read-only", read_only, slack_up=True),
    "ledger-read-only-down": ledger("read-only", read_only, slack_up=False),
    "receipts-full": receipts("disk full", full),
    "snakemake-read-only": snakemake_read_only,
}
WHY_NOT = "" if os.geteuid() == 0 and can_mount() else "mounting needs root"
