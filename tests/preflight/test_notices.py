"""Whom and which files the messages of a run would miss, told before its first job."""

from pathlib import Path

import pytest

from slack_wrapper.preflight.notices import missing
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local


def test_people_and_files_of_all_messages(
    study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    (study / "there.txt").touch()
    notify = {
        "start": {},
        "success": {"mention": ["author", "here", "nobody@x.org"], "files": ["made.txt", "no.txt"]},
        "failure": {"mention": {"users": ["@nobody"]}, "files": ["there.txt", "logs/*.log"]},
        "stalled": "2h",
        "other": False,
        "odd": {"mention": {"who": 1}},
    }
    found = missing(open_local({}), {"notify": notify}, {"made.txt"})
    assert [one.what for one in found] == ["file no.txt", "mention nobody@x.org", "mention nobody"]
    assert not any(one.blocked for one in found)
    assert "notify.success" in found[0].told


@pytest.mark.parametrize("notify", [None, {}, {"success": {"files": []}, "failure": False}])
def test_nothing_to_know_asks_nothing(notify: object, study: Path, sandbox: Sandbox) -> None:
    assert missing(open_local({}), {"notify": notify, "encrypted_key": "none.enc"}, ()) == []
    assert sandbox.store.calls == []
