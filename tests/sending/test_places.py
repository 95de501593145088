"""Where posts go: the channel that has a name now, people, links."""

from pathlib import Path

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.message.parameters import build, channels
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession

NEW = "C0000TAKEN"
FORMS = [
    ("librec_channel", "librec_channel"),
    ("#librec_channel", "librec_channel"),
    (" librec_channel\n", "librec_channel"),
    ("C0000LIBREC", "C0000LIBREC"),
    ("<#C0000LIBREC|librec_channel>", "C0000LIBREC"),
    ("<#C0000LIBREC>", "C0000LIBREC"),
    ("https://lab.slack.com/archives/C0000LIBREC", "C0000LIBREC"),
    ("https://lab.slack.com/archives/C0000LIBREC/", "C0000LIBREC"),
    ("https://lab.enterprise.slack.com/archives/C0000LIBREC/p1700000000000100", "C0000LIBREC"),
    (
        "https://lab.slack.com/archives/C0000LIBREC/p1700000000000100?thread_ts=1.2&cid=C0000LIBREC",
        "C0000LIBREC",
    ),
    ("https://lab.slack-gov.com/archives/C0000LIBREC", "C0000LIBREC"),
    ("https://app.slack.com/client/T0000TEAM/C0000LIBREC", "C0000LIBREC"),
    ("https://app.slack.com/client/T0000TEAM/C0000LIBREC/thread/C0000LIBREC-1.2", "C0000LIBREC"),
    ("slack://channel?team=T0000TEAM&id=C0000LIBREC", "C0000LIBREC"),
    ("https://lab.slack.com/team/U00000ADA", "U00000ADA"),
    ("<@U00000ADA>", "U00000ADA"),
    ("W00000ADA", "W00000ADA"),
    ("ada@example.org", "ada@example.org"),
    ("mailto:ada@example.org", "ada@example.org"),
]


@pytest.mark.parametrize(("given", "channel"), FORMS)
def test_the_forms_of_a_channel(given: str, channel: str) -> None:
    assert channels(given) == (channel,)


@pytest.mark.parametrize(
    "given", ["https://lab.slack.com/", "https://lab.org/archives/x", "@ada", "#", 7]
)
def test_what_names_no_channel_is_refused(given: object) -> None:
    with pytest.raises(RequestError) as caught:
        channels(given)
    assert "{email: someone@lab.org}" in caught.value.hint or "has no channel" in str(caught.value)


@pytest.fixture
def session(study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> LocalSession:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    (study / "a.txt").write_text("a")
    return open_local({})


def post(session: LocalSession, channel: str, **params: object) -> dict:
    given = {"channel": channel, "on_failure": "fail", **params}
    if "file" not in given:
        given.setdefault("message", "hello")
    return session.post(build(given))


def take_over(sandbox: Sandbox, **more: object) -> None:
    sandbox.store.data["channels"][0]["name"] = "old-study"
    made = {"id": NEW, "name": "librec_channel", "members": ["U00000BOT"], **more}
    sandbox.store.data["channels"].append(made)


KINDS = {
    "message": {},
    "file": {"file": "a.txt"},
    "images": {"message": "x", "images": "a.png"},
    "later": {"post_at": "2h"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("private", [False, True])
def test_in_a_long_run_a_name_is_that_of_the_channel_that_has_it(
    session: LocalSession, sandbox: Sandbox, study: Path, kind: str, private: bool
) -> None:
    (study / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    sandbox.store.data["channels"][0]["is_private"] = private
    assert post(session, "librec_channel", **KINDS[kind])["channel"] == "C0000LIBREC"
    take_over(sandbox, is_private=private)
    assert post(session, "librec_channel", **KINDS[kind])["channel"] == NEW


def test_a_name_is_taken_over_while_a_file_is_uploaded(
    session: LocalSession, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slack_wrapper.sending.attempt._SOON", -1.0)  # it took its time
    original = sandbox.store.share_delay

    def later(*given: object, **more: object) -> object:
        take_over(sandbox)
        return send(*given, **more)

    from slack_wrapper.client import uploads

    send = uploads.upload
    monkeypatch.setattr(uploads, "upload", later)
    assert post(session, "librec_channel", file="a.txt")["channel"] == NEW
    assert sandbox.store.share_delay == original


def test_the_runs_thread_stays_where_it_is(session: LocalSession, sandbox: Sandbox) -> None:
    session.begin_thread(post(session, "librec_channel", message="run"))
    assert post(session, "librec_channel", thread="run")["thread_ts"]  # control
    take_over(sandbox)
    for kind in ("message", "file"):
        receipt = post(session, "librec_channel", thread="run", **KINDS[kind])
        assert (receipt["channel"], receipt["thread_ts"]) == (NEW, None)


PERSONS = ["U00000ADA", "ada@example.org", "<@U00000ADA>"]


@pytest.mark.parametrize("kind", [*KINDS, "digest", "attached"])
@pytest.mark.parametrize("person", PERSONS)
def test_a_person_is_written_to(
    session: LocalSession, sandbox: Sandbox, study: Path, kind: str, person: str
) -> None:
    (study / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    more = {
        **KINDS,
        "digest": {"option": "digest", "file": "a.txt", "message": "x"},
        "attached": {"file": ["a.txt", "a.png"], "max_files": 1},
    }[kind]
    receipt = post(session, person, **more)
    assert receipt["status"] in ("delivered", "scheduled"), receipt
    assert receipt["channel"].startswith("D")


@pytest.mark.parametrize("person", PERSONS)
def test_a_person_is_asked(session: LocalSession, sandbox: Sandbox, person: str) -> None:
    asked = build(
        {"option": "approval", "channel": person, "message": "publish?"}, receipt="slack/ask.json"
    )
    assert session.post(asked)["status"] == "pending"
    direct = sandbox.calls("conversations.open")[0]
    assert direct["args"]["users"] == "U00000ADA"
    (question,) = [
        one
        for channel in sandbox.store.data["channels"]
        if channel.get("is_im")
        for one in sandbox.store.messages(channel["id"])
    ]
    assert "publish?" in question["text"]


def test_a_person_without_the_scope_to_open_direct_messages(
    session: LocalSession, sandbox: Sandbox
) -> None:
    sandbox.store.data["tokens"][0]["scopes"].remove("im:write")
    assert post(session, "ada@example.org")["channel"].startswith("D")
    assert post(session, "ada@example.org", file="a.txt")["status"] == "delivered"


def test_an_organizations_token_posts_by_name(session: LocalSession, sandbox: Sandbox) -> None:
    sandbox.store.data["tokens"][0]["org"] = True
    for kind in ("message", "file", "message"):
        receipt = post(session, "librec_channel", **KINDS[kind])
        assert receipt["channel"] == "C0000LIBREC"
    refusals = [call for call in sandbox.calls("chat.postMessage") if call["error"]]
    assert [call["error"] for call in refusals] == ["team_not_found"]


@pytest.mark.parametrize("team", ["", "T0000NEXT"])
def test_the_configured_workspace_is_the_one(
    study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, team: str
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    (study / "a.txt").write_text("a")
    sandbox.store.data["tokens"][0]["org"] = True
    post(open_local({"team_id": team}), "librec_channel", file="a.txt")
    listed = [call["args"].get("team_id") for call in sandbox.calls("conversations.list")]
    assert listed == (["T0000NEXT"] if team else [None, "T0000TEAM"])
