"""The ledger without Snakemake: where an entry is on its way, and what is known of it then."""

import hashlib
from pathlib import Path

import pytest

from slack_wrapper.errors import StateUnreadable
from slack_wrapper.spool.entry import Entry
from slack_wrapper.spool.ledger import FOLDER, Ledger, step_of
from slack_wrapper.spool.progress import Progress

REQUEST = {"option": "message", "channels": ["lab"]}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(tmp_path)
    return Ledger()


def entry(step: str = "a" * 20, key: str = "k") -> Entry:
    return Entry(step, REQUEST, Progress(key=key), step)


def files(ledger: Ledger) -> list[str]:
    return sorted(str(path.relative_to(ledger.folder)) for path in ledger.folder.rglob("*.*"))


def test_a_step_is_named_by_receipt_channel_and_part() -> None:
    plain = hashlib.sha256(b"slack/a.json\0lab").hexdigest()[:20]
    assert step_of("slack/a.json", "lab") == plain
    assert step_of("./slack/../slack/a.json", "lab") == plain
    follows = hashlib.sha256(b"slack/a.json\0lab\x002").hexdigest()[:20]
    assert step_of("slack/a.json", "lab", 2) == follows
    assert len({step_of("a", "b"), step_of("a", "c"), step_of("b", "b"), follows}) == 4


def test_an_absolute_receipt_in_this_folder_names_the_same_step(ledger: Ledger) -> None:
    assert step_of(str(Path.cwd() / "slack" / "a.json"), "lab") == step_of("slack/a.json", "lab")
    assert step_of("/elsewhere/a.json", "lab") != step_of("a.json", "lab")


def test_it_lies_in_snakemakes_folder() -> None:
    assert Path(".snakemake/slack") == FOLDER
    assert Ledger().sending == FOLDER / "sending"
    assert Ledger("x").delivered == Path("x/delivered")


def test_from_sending_to_delivered(ledger: Ledger) -> None:
    one = entry()
    assert ledger.find(one.step) is None
    ledger.save(one)
    assert files(ledger) == [f"sending/{one.step}.json"]
    assert [found.step for found in ledger.interrupted()] == [one.step]
    assert ledger.kept() == []
    one.receipt = {"status": "delivered"}
    ledger.settle(one)
    assert files(ledger) == [f"delivered/{one.step}.json"]
    assert ledger.interrupted() == []
    assert [found.receipt for found in ledger.kept()] == [{"status": "delivered"}]
    known = ledger.find(one.step)
    assert known is not None
    assert known.progress.key == "k"


def test_what_is_on_its_way_goes_before_what_was_delivered(ledger: Ledger) -> None:
    ledger.settle(entry(key="earlier"))
    ledger.save(entry(key="now"))
    found = ledger.find("a" * 20)
    assert found is not None
    assert found.progress.key == "now"


def test_a_post_from_the_outbox_is_kept_under_its_step(ledger: Ledger) -> None:
    one = Entry("0001-outbox", REQUEST, Progress(key="k"), "b" * 20)
    ledger.keep(one)
    assert files(ledger) == [f"delivered/{'b' * 20}.json"]


def test_forgetting_drops_all_of_a_step_and_nothing_else(ledger: Ledger) -> None:
    other = entry("c" * 20)
    ledger.settle(other)
    ledger.mark(other.step, "k", 5)
    one = entry()
    ledger.settle(one)
    ledger.save(entry())
    ledger.mark(one.step, "k", 7)
    ledger.forget(one)
    assert ledger.find(one.step) is None
    assert ledger.marked(one) is None
    assert ledger.marked(other) == 5
    assert files(ledger) == [f"delivered/{'c' * 20}.json", f"delivered/{'c' * 20}.receipt"]
    ledger.forget_step("d" * 20)  # of which nothing is known


def test_marks_are_of_one_post_of_the_step(ledger: Ledger) -> None:
    one = entry()
    assert ledger.marked(one) is None
    ledger.mark(one.step, "k", 123)
    assert ledger.marked(one) == 123
    assert ledger.marked(entry(key="another")) is None
    ledger.unmark(one.step)
    assert ledger.marked(one) is None
    ledger.unmark(one.step)


@pytest.mark.parametrize("text", ["", "k", "k many", "k 1 2", "\u00e4 1"])
def test_a_mark_that_cannot_be_read_is_none(ledger: Ledger, text: str) -> None:
    ledger.mark("a" * 20, "k", 1)
    (ledger.delivered / f"{'a' * 20}.receipt").write_text(text)
    assert ledger.marked(entry()) is None


def test_a_folder_that_cannot_be_written_loses_a_mark_and_no_more(ledger: Ledger) -> None:
    ledger.folder.mkdir(parents=True)
    ledger.delivered.write_text("in the way")
    ledger.mark("a" * 20, "k", 1)
    ledger.unmark("a" * 20)
    ledger.forget_step("a" * 20)


def test_what_cannot_be_read_is_told_and_passed_over(ledger: Ledger) -> None:
    ledger.save(entry())
    ledger.settle(entry("b" * 20))
    (ledger.sending / "c.json").write_text("{")
    (ledger.delivered / "d.json").write_text("[]")
    (ledger.sending / ".hidden.json").write_text("{")
    assert [one.step for one in ledger.interrupted()] == ["a" * 20]
    assert [one.step for one in ledger.kept()] == ["b" * 20]
    assert [str(one).count("d.json") for one in ledger.unreadable()] == [0, 1]
    with pytest.raises(StateUnreadable):
        ledger.find("c")
