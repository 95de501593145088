"""Several uploads at a time: bounded, in order, nothing left behind, each byte read once."""

import dataclasses
import os
import threading
from collections.abc import Hashable
from pathlib import Path

import pytest

from slack_wrapper.client import call_rate, local_file, uploads
from slack_wrapper.client.call_rate import CallRate
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.upload_progress import watched_by
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common import slots
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    FileChanged,
    FileMissing,
    RateLimited,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import QUICK

RESERVE = "files.getUploadURLExternal"


class Watch:
    """Counts the uploads that go on, and how many went on at most."""

    def __init__(self) -> None:
        self.going: set[Hashable] = set()
        self.most = 0
        self._lock = threading.Lock()

    def moved(self, upload: Hashable, name: str, size: int, done: int) -> None:
        with self._lock:
            self.going.add(upload)
            self.most = max(self.most, len(self.going))

    def ended(self, upload: Hashable) -> None:
        with self._lock:
            self.going.discard(upload)


@pytest.fixture
def transport(box: Sandbox) -> WebApiTransport:
    return WebApiTransport(Secret(box.token), base_url=box.api_url)


def some(folder: Path, count: int, size: int = 100) -> list[local_file.LocalFile]:
    found = []
    for number in range(count):
        path = folder / f"{number}.txt"
        path.write_bytes(b"%d" % number + bytes(size))
        found.append(local_file.check(path))
    return found


def send(transport: WebApiTransport, given: list[local_file.LocalFile], **more: bool) -> list[str]:
    return [one.name for one in uploads.upload_all(transport, given, Retrier(QUICK), **more)]


def ours() -> set[threading.Thread]:
    """Return the threads that are not the sandbox's."""
    return {one for one in threading.enumerate() if "process_request" not in one.name}


def slow(box: Sandbox, seconds: float = 0.2) -> None:
    box.faults.add(Fault("upload", "slow", seconds=seconds, times=999))


def test_up_to_four_at_a_time_in_their_order(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    given, watch = some(tmp_path, 9), Watch()
    box.faults.add(Fault("upload", "slow", seconds=0.5, match={"filename": "0.txt"}))
    slow(box, 0.1)
    with watched_by(watch):
        sent = list(uploads.upload_all(transport, given, Retrier(QUICK)))
    assert [one.name for one in sent] == [one.name for one in given]
    stored = {one["id"]: one for one in box.store.data["files"].values()}
    assert [stored[one.id]["name"] for one in sent] == [one.name for one in given]
    assert watch.most == uploads.AT_ONCE == 4


def test_the_bound_is_one_for_all_messages(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    given, watch, done = some(tmp_path, 6), Watch(), []
    slow(box)
    threads = [
        threading.Thread(target=lambda: done.append(send(transport, given))) for _ in range(3)
    ]
    with watched_by(watch):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert done == [[one.name for one in given]] * 3
    assert watch.most == 4


def test_one_that_is_refused_ends_the_others_and_leaves_no_thread(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    given, before = some(tmp_path, 9), ours()
    box.faults.add(Fault(RESERVE, "error", code="file_type_not_allowed", match={
        "filename": "2.txt"}))  # fmt: skip
    # One that would wait for much longer than a test may take.
    box.faults.add(Fault("upload", "http", status=503, match={"filename": "1.txt"}))
    patient, sent = RetryPolicy(total=5000.0, base=1000.0, cap=1000.0), []
    with pytest.raises(SlackRefused, match="file_type_not_allowed"):
        sent.extend(uploads.upload_all(transport, given, Retrier(patient)))
    assert [one.name for one in sent] in ([], ["0.txt"])  # what comes before the first that lacks
    assert len(box.calls(RESERVE)) < len(given)
    assert ours() == before
    # Nobody holds a slot: the next ones go on.
    assert send(transport, given[3:]) == [one.name for one in given[3:]]


def test_those_before_one_that_fails_are_kept(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    given, sent = some(tmp_path, 4), []
    box.faults.add(Fault(RESERVE, "slow", seconds=1.0, match={"filename": "3.txt"}))
    given[3].path.unlink()
    with pytest.raises(FileMissing):
        sent.extend(uploads.upload_all(transport, given, Retrier(QUICK)))
    assert [one.name for one in sent] == ["0.txt", "1.txt", "2.txt"]


def test_a_process_that_dies_in_one_of_them_dies(
    transport: WebApiTransport, tmp_path: Path
) -> None:
    class Dead(BaseException):
        pass

    class Deadly(Watch):
        def moved(self, upload: Hashable, name: str, size: int, done: int) -> None:
            if name == "1.txt":
                raise Dead

    with watched_by(Deadly()), pytest.raises(Dead):
        send(transport, some(tmp_path, 3))


def test_images_are_completed_and_shown_to_nobody(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    assert len(send(transport, some(tmp_path, 5), private=True)) == 5
    assert len(box.calls("files.completeUploadExternal")) == 5
    assert box.messages() == []


@pytest.mark.parametrize("changed", [True, False])
def test_bytes_that_are_not_the_ones_meant_are_noticed_while_they_are_sent(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path, changed: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("as it was")
    (sent,) = uploads.upload_all(transport, [local_file.check(path)], Retrier(QUICK))
    times = path.stat()
    path.write_text("is now so" if changed else "as it was")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    file = dataclasses.replace(local_file.check(path), sha256=sent.sha256)
    if changed:
        with pytest.raises(FileChanged):
            send(transport, [file])
    else:
        assert send(transport, [file]) == ["a.txt"]
    assert box.calls("files.completeUploadExternal") == []


def test_slacks_limit_of_a_minute_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A minute of this Slack takes a second, and one of ours two."""
    monkeypatch.setattr(call_rate, "_MINUTE", 2.0)
    with Sandbox(rate_limits=True, scale=60.0) as box:
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        for _ in range(25):
            assert len(send(transport, some(tmp_path, 10, size=1))) == 10
        assert len(box.calls(RESERVE)) == 250  # none was refused


def test_without_it_slack_refuses(tmp_path: Path) -> None:
    with Sandbox(rate_limits=True) as box:
        transport = WebApiTransport(Secret(box.token), base_url=box.api_url)
        with pytest.raises(RateLimited):
            for _ in range(250):
                transport.call(RESERVE, {"filename": "a.txt", "length": 1})


def test_a_rate_gives_out_so_many_a_minute_and_none_while_it_is_held() -> None:
    rate = CallRate(2)
    assert [rate.take(), rate.take()] == [0.0, 0.0]
    assert 0.0 < rate.take() <= 60.0
    with pytest.raises(SlackUnavailable, match=r"Slack takes 2 calls of a\.method per minute"):
        rate.wait("a.method", longest=1.0)
    held = CallRate(2)
    held.hold(30.0)
    assert 0.0 < held.take() <= 30.0


def test_a_held_up_upload_does_not_hold_up_messages(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    told: list[float] = []
    retrier = Retrier(RetryPolicy(attempts=2), limited=told.append)
    box.faults.add(Fault(RESERVE, "retry_after", wait="0"))
    (sent,) = uploads.upload_all(transport, some(tmp_path, 1), retrier)
    assert (sent.name, retrier.attempts) == ("0.txt", 2)
    assert told == []


def test_a_pause_ends_when_another_call_fails() -> None:
    begun = threading.Event()

    def call(number: int) -> None:
        if number == 0:
            begun.set()
            slots.pause(3600)
        begun.wait()
        raise FileMissing("gone")

    with pytest.raises(FileMissing):
        list(slots.Slots(2).in_order(call, [0, 1]))


def test_who_waits_for_a_turn_does_not_try_a_slack_that_has_stopped_answering(
    box: Sandbox, transport: WebApiTransport, tmp_path: Path
) -> None:
    """Else the steps of a run would wait for all of its time-outs, four at a time."""
    asked = iter([False, False, True, True, True])
    with pytest.raises(SlackUnavailable) as told:
        list(
            uploads.upload_all(
                transport, some(tmp_path, 5), Retrier(QUICK), away=lambda: next(asked)
            )
        )
    assert told.value.code == "away"
    assert len(box.calls(RESERVE)) <= 2
