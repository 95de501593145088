"""For how long a server that does not answer is left alone."""

from slack_wrapper.sending.backpressure import Reachability

KEY = "keys/slack.enc"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_pause_grows_with_each_try_in_vain_and_ends_with_an_answer() -> None:
    clock = Clock()
    reach = Reachability(clock)
    pauses = []
    for _ in range(8):
        reach.silent(KEY)
        began = clock.now
        while reach.away(KEY):
            clock.now += 1.0
        pauses.append(clock.now - began)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
    reach.answered(KEY)
    assert not reach.in_doubt(KEY)
    reach.silent(KEY)
    clock.now += 30
    assert not reach.away(KEY)


def test_many_who_wait_at_once_make_one_pause() -> None:
    clock = Clock()
    reach = Reachability(clock)
    for _ in range(10):
        reach.silent(KEY)
    clock.now = 30.0
    assert not reach.away(KEY)


def test_after_a_pause_one_asks_for_all() -> None:
    clock = Clock()
    reach = Reachability(clock)
    reach.silent(KEY)
    assert not reach.claim(KEY)
    clock.now = 30.0
    assert [reach.claim(KEY) for _ in range(3)] == [True, False, False]
    assert reach.away(KEY)


def test_keys_of_one_server_share_what_is_known() -> None:
    reach = Reachability(Clock())
    reach.at(KEY, "https://slack.com/api/")
    reach.at("other.enc", "https://slack.com/api/")
    reach.at("third.enc", "https://mattermost.example/")
    reach.silent(KEY)
    assert reach.away("other.enc")
    assert not reach.away("third.enc")
