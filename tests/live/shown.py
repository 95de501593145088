"""A run that is shown at the sandbox, for the tests of what it shows."""

import time
from collections.abc import Callable

from slack_wrapper.live.channel import Line
from slack_wrapper.live.environment import Facts
from slack_wrapper.live.notify import Event, Notify
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.settings import LiveSettings
from slack_wrapper.live.updater import Updater, Watched
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.session.local import LocalSession

FACTS = Facts("study", "ada", "node1", "~/study")
# Nobody is looked up, so that a test that does not care for people sees no calls for them.
QUIET = {"failure": Event()}


class Shown:
    """A run that is shown."""

    def __init__(self, session: LocalSession, story: Story | None = None, **settings) -> None:
        self.story = story or Story(allowed=lambda rule: 1)
        self.alive = True
        policy = {name: settings.pop(name) for name in ("success", "failure") if name in settings}
        given = {**QUIET, **settings.pop("notify", {}), **policy}
        chosen = LiveSettings("librec_channel", notify=Notify(**given), **settings)
        self.roots = 0
        self.updater = Updater(
            self.story,
            lambda: FACTS,
            Line(session, chosen),
            chosen,
            Watched(alive=lambda: self.alive, no_root=self._no_root),
        )
        self.story.planned({"work": 4})
        self.updater.start()

    def _no_root(self) -> None:
        self.roots += 1

    def begin(self, jobid: int = 1, rule: str = "work", **wildcards: str) -> None:
        self.story.started(jobid, FailedJob(rule, wildcards), time.time())

    def fail(self, jobid: int = 1, rule: str = "work", **wildcards: str) -> None:
        self.begin(jobid, rule, **wildcards)
        self.story.failed(jobid, FailedJob(rule), time.time())

    def close(self, done: int = 4) -> None:
        self.story.progress(done, 4)
        self.updater.close(30)


def whole(message: dict) -> str:
    """Everything that a message shows, its text first, which is its notification."""
    parts = [message["text"]]
    for block in message.get("blocks") or []:
        inner = block.get("child_blocks") or [block]
        parts += [str((one.get("text") or {}).get("text") or "") for one in inner]
    return "\n".join(parts)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
