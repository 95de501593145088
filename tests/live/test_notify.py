"""Who is told what of a run: the policy, the notifications, what is broadcast and what not."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from slack_wrapper import config
from slack_wrapper.common import run_name
from slack_wrapper.errors import ConfigError, SlackWrapperError
from slack_wrapper.live import notify, settings
from slack_wrapper.live.notify import Event, Log
from slack_wrapper.live.snapshot import Ending
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from tests.live.shown import Shown, until, whole
from tests.support.live_roots import broadcast, reactions, root

quick = pytest.mark.usefixtures("quick")
DOWN = {"code": "service_unavailable", "times": 10_000}
ALWAYS = Event(min_duration=0.0)


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    return open_local({"channel": "librec_channel"})


# The policy.


def test_nothing_at_all_is_a_policy() -> None:
    policy = notify.read({})
    assert (policy.start, policy.stalled) == (True, 7200.0)
    assert (policy.success.broadcast, policy.success.min_duration) == (True, 600.0)
    assert (policy.failure.broadcast, policy.failure.mention) == (True, ("author",))
    assert policy.failure.log is Log.EXCERPT


def test_what_the_config_says_is_valid_and_holds() -> None:
    section = {
        "run_name": "variants", "run_url": "https://ci.example.org/17",
        "notify": {
            "start": {}, "stalled": "30m",
            "success": {"broadcast": False, "min_duration": "2h", "mention": ["here"],
                        "message": "{{ run.took }}", "fields": {"a": "b"}, "files": "*.png"},
            "failure": {"log": "none", "mention": []},
        },
    }  # fmt: skip
    config.validate(section)
    policy = notify.read(section)
    assert (policy.run_name, policy.run_url) == ("variants", "https://ci.example.org/17")
    assert policy.stalled == 1800.0
    assert policy.success == Event(
        True, False, 7200.0, ("here",), "{{ run.took }}", {"a": "b"}, ("*.png",)
    )
    assert (policy.failure.mention, policy.failure.log) == ((), Log.NONE)


def test_true_and_nothing_are_the_defaults() -> None:
    section = {"notify": {"start": True, "success": True, "failure": None, "stalled": None}}
    config.validate(section)
    assert notify.read(section) == notify.read({})


def test_only_failures() -> None:
    section = {"notify": {"start": False, "success": False, "stalled": False}}
    config.validate(section)
    policy = notify.read(section)
    assert (policy.start, policy.success.on, policy.failure.on) == (False, False, True)
    assert policy.stalled == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"sucess": {}}, {"success": {"mentions": "here"}}, {"failure": {"log": "all"}},
        {"start": {"broadcast": True}}, {"success": "yes"}, {"stalled": True},
    ],
)  # fmt: skip
def test_what_is_not_a_policy_is_refused(wrong: dict) -> None:
    with pytest.raises(ConfigError):
        config.validate({"notify": wrong})


@pytest.mark.parametrize("wrong", [{"success": {"min_duration": "soon"}}, {"stalled": "never"}])
def test_what_is_not_a_duration_is_refused(wrong: dict) -> None:
    with pytest.raises(SlackWrapperError) as caught:
        notify.read({"notify": wrong})
    assert caught.value.hint


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError):
        config.validate({"run_url": "javascript:alert(1)"})


def test_the_older_keys_go_on_working_and_say_what_replaced_them() -> None:
    section = {"channel": "x", "logger": {"mention": "here", "log_files": True}}
    chosen = settings.read({}, section)
    assert chosen.notify.failure.mention == ("here",)
    assert chosen.notify.failure.log is Log.FILE
    told = notify.replaced(section)
    assert len(told) == 2
    assert "slack.logger.mention still works" in told[0]
    assert "slack.notify.failure.mention" in told[0]


def test_the_newer_keys_win_over_the_older_and_the_flags_over_both() -> None:
    section = {"logger": {"mention": "here"}, "notify": {"failure": {"mention": ["channel"]}}}
    assert notify.read(section).failure.mention == ("channel",)
    assert notify.read(section, mention="U00000ADA").failure.mention == ("U00000ADA",)


# Names, pages and authors.


@pytest.mark.parametrize("nameless", ["workflow", ".test"])
def test_a_run_is_never_called_after_a_folder_that_says_nothing(
    tmp_path: Path, nameless: str
) -> None:
    folder = tmp_path / "variants" / nameless
    folder.mkdir(parents=True)
    assert run_name.name(folder) == "variants"


@pytest.mark.parametrize(
    "remote", ["git@github.com:lab/variants.git", "https://tok@git.example.org/lab/variants/"]
)
def test_a_run_is_called_after_its_git_remote(tmp_path: Path, remote: str) -> None:
    from slack_wrapper.common.host import git

    git("init", "-q", folder=tmp_path)
    git("remote", "add", "origin", remote, folder=tmp_path)
    assert run_name.name(tmp_path) == "variants"


@pytest.mark.parametrize(
    ("variables", "page"),
    [
        ({"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "lab/x",
          "GITHUB_RUN_ID": "7"}, "https://github.com/lab/x/actions/runs/7"),
        ({"CI_JOB_URL": "https://gitlab.com/j/1"}, "https://gitlab.com/j/1"),
        ({"BUILD_URL": "https://jenkins.example.org/1/"}, "https://jenkins.example.org/1/"),
        ({"BUILDKITE_BUILD_URL": "https://buildkite.com/b/1"}, "https://buildkite.com/b/1"),
        ({"BUILD_URL": "file:///etc/passwd"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_a_ci_tells_the_page_of_the_run(
    monkeypatch: pytest.MonkeyPatch, variables: dict, page: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run_name.page() == page


def test_the_author_is_who_started_the_run_else_who_made_the_last_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slack_wrapper.common.host import git

    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git("init", "-q", folder=tmp_path)
    assert run_name.author(tmp_path) == ""
    named = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(*named, "commit", "-q", "--allow-empty", "-m", "x", folder=tmp_path)
    assert run_name.author(tmp_path) == "ada@example.org"
    git("config", "user.email", "grace@example.org", folder=tmp_path)
    assert run_name.author(tmp_path) == "grace@example.org"
    monkeypatch.setenv("GITLAB_USER_EMAIL", "ci@example.org")
    assert run_name.author(tmp_path) == "ci@example.org"


# What is said, and how loudly.


@quick
def test_a_short_success_is_a_change_alone(show, sandbox: Sandbox) -> None:
    show().close()
    assert len(sandbox.messages()) == 1


@quick
def test_a_long_success_is_broadcast_with_what_the_policy_adds(
    show, sandbox: Sandbox, study: Path
) -> None:
    Path("plots").mkdir()
    Path("plots/a.png").write_bytes(b"png")
    Path("empty.txt").touch()
    event = Event(
        message="took {{ run.took }}: {{ run.name }} <!channel>", fields={"done": "{{ run.done }}"},
        files=("plots/*.png", "none/*.txt", "empty.txt"), mention=("here",),
    )  # fmt: skip
    run = show(success=event)
    until(sandbox.messages)
    run.close()
    first, note, files = sandbox.messages()
    assert note["text"] == f"{first['text']} <!here>"
    assert note["subtype"] == "thread_broadcast"
    assert "took 0 s: study" in whole(note)
    assert {"type": "mrkdwn", "text": "*done*\n4"} in note["blocks"][2]["fields"]
    assert "`none/*.txt` (no such file)" in whole(note)
    assert "empty.txt" in whole(note)
    assert [one["name"] for one in files["files"]] == ["a.png"]
    assert files["thread_ts"] == first["ts"]
    assert not list(Path(".snakemake/slack/outbox").glob("*.json"))


@quick
def test_a_template_that_is_wrong_costs_its_part_only(show, sandbox: Sandbox, capfd) -> None:
    run = show(success=Event(message="{{ nothing.at.all }}", fields={"a": "{{"}))
    until(sandbox.messages)
    run.close()
    assert "succeeded" in sandbox.messages()[1]["text"]
    assert "template of slack.notify is left out" in capfd.readouterr().err


@quick
def test_without_a_start_a_failure_is_told_at_once_in_one_message(show, sandbox: Sandbox) -> None:
    run = show(notify={"start": False}, failure=Event(mention=("here",)))
    time.sleep(0.3)
    assert sandbox.messages() == []
    run.fail(1, sample="a")
    until(sandbox.messages)
    run.fail(2, "other")
    run.close(1)
    first, other = sandbox.messages()
    assert first["text"].startswith(":x: *study* failed: work sample=a")
    assert first["text"].endswith(" <!here>")
    assert other["thread_ts"] == first["ts"]


@quick
def test_without_start_and_success_a_run_that_goes_well_says_nothing(
    show, sandbox: Sandbox
) -> None:
    show(notify={"start": False}, success=Event(on=False)).close()
    assert sandbox.calls("chat.postMessage") == []


@quick
def test_without_failure_only_the_message_of_the_run_tells(show, sandbox: Sandbox) -> None:
    run = show(failure=Event(on=False))
    until(sandbox.messages)
    run.fail(sample="a")
    run.close(1)
    assert len(sandbox.messages()) == 1
    assert reactions(sandbox) == ["x"]


@quick
def test_no_log_is_shown_where_none_is_wished(show, sandbox: Sandbox) -> None:
    Path("w.log").write_text("patient 17: KeyError\n")
    run = show(failure=Event(log=Log.NONE))
    run.story.started(1, FailedJob("work", logs=("w.log",)), time.time())
    run.story.failed(1, FailedJob("work"), time.time())
    run.close(1)
    assert "patient 17" not in "".join(map(whole, sandbox.messages()[1:]))


@quick
def test_a_run_in_which_nothing_happens_says_so_once(show, sandbox: Sandbox) -> None:
    run = show(notify={"stalled": 0.3})
    run.begin()
    until(lambda: len(sandbox.messages()) == 2)
    time.sleep(0.6)
    (line,) = [one["text"] for one in sandbox.messages()[1:]]
    assert line.startswith(":hourglass: *study*: no job has started or ended for ")
    assert "0 of 4 jobs" in line
    assert "running: work" in line
    assert broadcast(sandbox) == []


@quick
@pytest.mark.parametrize("by_hand", [True, False])
def test_who_presses_ctrl_c_need_not_be_told(show, sandbox: Sandbox, *, by_hand: bool) -> None:
    run = show()
    until(sandbox.messages)
    run.story.interrupted(by_hand=by_hand)
    run.close(1)
    assert len(broadcast(sandbox)) == (not by_hand)
    assert "was interrupted: 1 of 4 jobs done" in root(sandbox)["text"]


@quick
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("ending", [Ending.SUCCEEDED, Ending.FAILED])
def test_a_note_in_doubt_is_broadcast_once(
    show, session, sandbox: Sandbox, when: str, ending: Ending
) -> None:
    run = show(success=ALWAYS)
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("conversations.replies", "http", times=10_000))
    sandbox.faults.add(Fault("chat.postMessage", "reset", when=when))
    if ending is Ending.FAILED:
        run.story.broke("WorkflowError")
    run.close()
    sandbox.faults.clear()
    session.flush(patient=True)
    assert len(broadcast(sandbox)) == 1
    assert len(sandbox.messages()) == 2


@quick
def test_a_note_that_an_outage_keeps_back_is_a_broadcast_later(
    show, session, sandbox: Sandbox
) -> None:
    run = show(failure=Event(mention=("here",)))
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("*", "error", **DOWN))
    run.fail(1, sample="a")
    run.close(1)
    sandbox.faults.clear()
    session.flush()
    (text,) = broadcast(sandbox)
    assert "<!here>" in text
    assert "*study* failed: work sample=a" in text
    assert "failed: *work*: sample=a" in text


@quick
def test_what_slack_does_not_fold_is_unfolded_at_once(show, session, sandbox: Sandbox) -> None:
    Path("w.log").write_text("".join(f"line {number}\n" for number in range(30)))
    with sandbox.store.change() as data:
        data["refused_blocks"] = ["container"]
    run = show()
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    run.story.started(1, FailedJob("work", logs=("w.log",)), time.time())
    run.story.failed(1, FailedJob("work"), time.time())
    run.fail(2, "other")
    run.close(1)
    work, other = sandbox.messages()[1:]
    assert "line 29" in whole(work)
    assert len(sandbox.calls("chat.postMessage")) == 4  # once in vain, then it is known
    assert "container" not in [block["type"] for block in (*work["blocks"], *other["blocks"])]


@quick
def test_on_failure_warn_gives_the_end_up(show, session, sandbox: Sandbox, capfd) -> None:
    run = show(keeps=False)
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    sandbox.faults.add(Fault("*", "error", **DOWN))
    run.close()
    assert "is given up" in capfd.readouterr().err
    assert not list(Path(".snakemake/slack/outbox").glob("*.json"))


@pytest.fixture
def at_night(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    now = datetime.now()
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    return open_local({"channel": "librec_channel", "quiet_hours": hours})


@quick
def test_by_night_hooks_say_nothing_and_the_end_is_scheduled(
    at_night: LocalSession, sandbox: Sandbox
) -> None:
    run = Shown(at_night, failure=Event(mention=("here",)), follows=False)
    until(lambda: run.roots)
    run.fail(sample="a")
    run.close(1)
    assert sandbox.messages() == []
    (later,) = sandbox.calls("chat.scheduleMessage")
    assert "<!here>" in later["args"]["text"]
    assert "*study* failed: work sample=a" in later["args"]["text"]
    assert "failed: *work*: sample=a" in later["args"]["text"]


@quick
def test_by_night_the_logger_notifies_nobody_until_morning(
    at_night: LocalSession, sandbox: Sandbox
) -> None:
    run = Shown(at_night, failure=Event(mention=("here",)))
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    run.fail(sample="a")
    run.close(1)
    assert broadcast(sandbox) == []
    assert "<!here>" not in "".join(map(whole, sandbox.messages()))
    (later,) = sandbox.calls("chat.scheduleMessage")
    assert later["args"]["thread_ts"] == root(sandbox)["ts"]
    assert later["args"]["reply_broadcast"] in (True, "true", "1")
    assert "*study* failed: work sample=a" in later["args"]["text"]


@quick
def test_who_cannot_be_found_out_holds_no_failure_back(show, sandbox: Sandbox, capfd) -> None:
    sandbox.faults.add(Fault("users.lookupByEmail", "error", **DOWN))
    run = show(failure=Event(mention=("ada@example.org",)))
    until(lambda: reactions(sandbox) if sandbox.messages() else None)
    run.fail(sample="a")
    until(lambda: broadcast(sandbox))
    run.close(1)
    assert len(broadcast(sandbox)) == 1
    assert "nobody is mentioned" in capfd.readouterr().err
