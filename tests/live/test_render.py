"""What the message of a run says, within Slack's limits."""

from dataclasses import replace

import pytest

from slack_wrapper.live import render, rule_table
from slack_wrapper.live.environment import Facts, gather
from slack_wrapper.live.run_state import Story
from slack_wrapper.live.snapshot import Ending, Snapshot, Tally
from slack_wrapper.model.failed_job import FailedJob
from slack_wrapper.sandbox import limits

FACTS = Facts("my-study", "ada", "node1", "~/my-study", "abc1234 (main)", "9.27.1")


def snapshot(**more) -> Snapshot:
    values = {
        "ending": Ending.RUNNING, "began": 1000.0, "now": 1065.0, "done": 5, "total": 8,
        "running": {"call": 2, "align": 1}, "busy": {"call": 4.0, "align": 1.0},
        "rules": {"align": Tally(3, 2, 0, 20.0, 11.0), "call": Tally(5, 3, 0, 30.0, 12.0)},
        "slowest": ((12.0, FailedJob("call", {"sample": "a"})),), "failed": 0, "attempts": 0,
        "reason": "", "lost": 0,
    }  # fmt: skip
    return Snapshot(**{**values, **more})


def whole(shown: render.Shown) -> str:
    return shown.text + "\n" + str(shown.attachments)


def test_a_run_that_goes_on() -> None:
    shown = render.run(snapshot(), FACTS)
    assert shown.text == ":hourglass_flowing_sand: *my-study* is running: 5 of 8 jobs"
    text = whole(shown)
    for said in ("62 %", "1 min 5 s", "about", "call × 2, align", "ada@node1", "`~/my-study`",
                 "git abc1234 (main)", "Snakemake 9.27.1", "<!date^1000^"):  # fmt: skip
        assert said in text


def test_a_run_that_went_well() -> None:
    text = whole(render.run(snapshot(ending=Ending.SUCCEEDED, done=8, running={}), FACTS))
    assert "*my-study* succeeded: 8 jobs in 1 min 5 s" in text
    assert "100 %" in text
    assert "rule   done  mean  longest  total" in text


def test_a_run_that_failed() -> None:
    rules = {"call": Tally(5, 2, 3, 30.0, 12.0)}
    first = FailedJob("call", {"sample": "C"}, exit_code=137)
    slow = ((9.0, first),) * 2
    run = snapshot(ending=Ending.FAILED, rules=rules, failed=3, first=first, slowest=slow)
    shown = render.run(run, FACTS)
    assert shown.text == (
        ":x: *my-study* failed: call sample=C (exit 137): killed (SIGKILL), often for lack of "
        "memory, and 2 more jobs · 5 of 8 jobs, 1 min 5 s"
    )
    assert "call × 3" in whole(shown)
    assert "Slowest" not in whole(shown)
    assert "3 jobs: call × 3" in shown.plain
    assert "call" in shown.plain


def test_a_run_that_an_error_ended() -> None:
    said = 'WorkflowError in file "Snakefile", line 3:\nno such profile xoxb-1234-secret\n'
    run = snapshot(ending=Ending.FAILED, reason="WorkflowError", error=said)
    shown = render.run(run, replace(FACTS, log=".snakemake/log/a.log"))
    assert "failed: WorkflowError: no such profile [redacted] · 5 of 8 jobs" in shown.text
    assert "`.snakemake/log/a.log`" in whole(shown)


def test_a_run_with_a_page_has_a_button() -> None:
    shown = render.run(snapshot(), replace(FACTS, page="https://ci.example.org/1"))
    (button,) = shown.attachments[0]["blocks"][-2]["elements"]
    assert (button["text"]["text"], button["url"]) == ("Open run", "https://ci.example.org/1")


def test_never_a_hundred_percent_before_the_end() -> None:
    assert "99 %" in render.bar(9999, 10_000)
    assert "100 %" in render.bar(10_000, 10_000)
    assert "0 of 0 jobs" in render.bar(0, 0)


@pytest.mark.parametrize(
    ("done", "failed", "drawn"),
    [(0, 0, (0, 0)), (5, 0, (5, 0)), (9, 1, (9, 1)), (99, 1, (9, 1))],
)
def test_the_bar_shows_what_failed(done: int, failed: int, drawn: tuple[int, int]) -> None:
    text = render.bar(done, 100 if done == 99 else 10, failed)
    assert (text.count(render.DONE), text.count(render.FAILED)) == drawn
    assert sum(map(text.count, (render.DONE, render.FAILED, render.LEFT))) == render.BAR_WIDTH


@pytest.mark.parametrize("ending", list(Ending))
def test_any_run_fits_into_a_message(ending: Ending) -> None:
    rules = {
        f"a-rule-with-quite-a-long-name-{number}": Tally(10**6, 10**6, number % 3, 10**8, 10**5)
        for number in range(300)
    }
    running = dict.fromkeys(rules, 1000)
    long = FailedJob("r" * 200, {f"w{number}": "<v&" * 30 for number in range(20)})
    run = snapshot(ending=ending, rules=rules, running=running, busy=dict.fromkeys(rules, 1e6),
                   slowest=((1e6, long),) * 5, failed=10**6, attempts=10**6, done=10**7,
                   total=10**8)  # fmt: skip
    shown = render.run(run, FACTS)
    limits.check_message(shown.text, [], shown.attachments)
    assert len(shown.text) < limits.MAX_UPDATE_TEXT
    for text in (shown.text, shown.plain, str(shown.attachments)):
        assert "<v&" not in text


def test_names_are_no_markup_and_no_secret() -> None:
    facts = Facts("<!channel>", "a&b", "h", "/x<y>")
    slowest = ((9.0, FailedJob("r", {"t": "xoxb-1234-secret"})),) * 2
    text = whole(render.run(snapshot(ending=Ending.SUCCEEDED, slowest=slowest), facts))
    assert "<!channel>" not in text
    assert "secret" not in text


def test_a_table_of_rules_that_failed_comes_with_them_first() -> None:
    run = snapshot(rules={"ok": Tally(1, 1, 0, 90.0, 90.0), "bad": Tally(1, 0, 1)})
    assert rule_table.rules(run).split("\n") == [
        "rule  done  failed    mean  longest   total",
        "bad      -       1       -        -       -",
        "ok       1       -  1:30 m   1:30 m  1:30 m",
    ]


def test_a_run_of_nothing_has_no_table() -> None:
    assert rule_table.rules(Story().snapshot()) == ""


def test_the_facts_of_a_folder_without_git(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    facts = gather("9.0")
    assert (facts.name, facts.commit) == (tmp_path.name, "")
    assert facts.host
