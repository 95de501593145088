"""Messages that steps share, as they lie on disk."""

from pathlib import Path

from slack_wrapper.spool import digest_log

PLACE = ("keys/slack-api.enc", "librec_channel")


def made(folder: Path) -> digest_log.Shared:
    one = digest_log.new(folder, "All samples", PLACE)
    one.root = {"option": "message", "channels": ["lab"], "message": "first", "receipt": "a.json"}
    for number in range(3):
        one.put(f"step{number}", f"line {number}", f"slack/{number}.json")
    one.lines["step0"].shown = True
    one.write()
    return one


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    one = made(tmp_path)
    (read,) = digest_log.read_all(tmp_path)
    assert read == one
    assert read.behind


def test_lines_that_changed_or_went_are_read_so(tmp_path: Path) -> None:
    one = made(tmp_path)
    one.put("step0", "another line 0", "slack/0.json")
    one.drop("step1")
    (read,) = digest_log.read_all(tmp_path)
    assert {step: line.text for step, line in read.lines.items()} == {
        "step2": "line 2",
        "step0": "another line 0",
    }
    assert not read.lines["step0"].shown


def test_a_line_that_a_crash_has_cut_off_costs_no_other(tmp_path: Path) -> None:
    one = made(tmp_path)
    path = one.path.with_suffix(".jsonl")
    path.write_text(path.read_text()[:-20])
    one.put("step3", "line 3", "slack/3.json")
    (read,) = digest_log.read_all(tmp_path)
    assert list(read.lines) == ["step0", "step1", "step3"]


def test_a_thousandth_line_costs_no_more_than_the_first(tmp_path: Path) -> None:
    one = made(tmp_path)
    before = one.path.stat().st_mtime_ns
    for number in range(10, 1010):
        one.put(f"step{number}", "a line", "slack/x.json")
    assert one.path.stat().st_mtime_ns == before
    assert len(one.path.with_suffix(".jsonl").read_text().splitlines()) == 1004


def test_what_is_damaged_or_of_another_release_is_left_alone(tmp_path: Path) -> None:
    one = made(tmp_path)
    for text in ("", "{", "[]", "null", '{"version": 2}', '{"version": 99}'):
        one.path.write_text(text)
        assert list(digest_log.read_all(tmp_path)) == []
        assert one.path.exists()
        (error,) = digest_log.unreadable(tmp_path)
        assert str(one.path) in error.message


def test_it_is_forgotten_whole(tmp_path: Path) -> None:
    made(tmp_path).remove()
    assert list(tmp_path.glob("*.json*")) == []
