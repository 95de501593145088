"""FifoLocks: first come, first served, and nobody waits behind somebody who has left."""

import _thread
import threading
import time

import pytest

from slack_wrapper.common.fifo_locks import FifoLock


def waits(lock: FifoLock, count: int) -> None:
    """Wait until so many are in the queue."""
    while len(lock._queue) < count:
        time.sleep(0.001)


def enter(lock: FifoLock, done: list[int], number: int) -> threading.Thread:
    def work() -> None:
        with lock:
            done.append(number)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_first_come_first_served() -> None:
    lock, done = FifoLock(), []
    with lock:
        threads = []
        for number in range(5):
            threads.append(enter(lock, done, number))
            waits(lock, number + 2)
    for thread in threads:
        thread.join(10)
    assert done == [0, 1, 2, 3, 4]


def test_ctrl_c_while_waiting_leaves_no_dead_place() -> None:
    lock, done = FifoLock(), []
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    inside.wait(10)
    later: list[threading.Thread] = []

    def interrupt() -> None:
        waits(lock, 2)  # the holder, and the main thread
        later.append(enter(lock, done, 1))
        waits(lock, 3)
        _thread.interrupt_main()

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt), lock:
        pytest.fail("the lock was not free")
    thread.join(10)
    leave.set()
    holder.join(10)
    later[0].join(10)
    assert done == [1]
    with lock:
        done.append(2)


def test_an_error_inside_frees_the_lane() -> None:
    lock = FifoLock()
    with pytest.raises(ValueError, match="inside"), lock:
        raise ValueError("inside")
    with lock:
        pass
