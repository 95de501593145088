"""Tables and charts: as Slack draws them, and as text at once where they are refused; once each."""

import json
from pathlib import Path

import pytest

from slack_wrapper.errors import SlackRefused
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending import native_memory
from slack_wrapper.session.factory import open_local

POST = "chat.postMessage"
CHART = {"type": "bar", "x": "model", "y": "ndcg"}
NATIVE = ["data_table", "table", "data_visualization"]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """A folder with tables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    (tmp_path / "s.tsv").write_text("model\tndcg\nknn\t0.5\nforest\t0.75\n")
    long = "\n".join(f"a rather long name of row {n}\t{n}" for n in range(150))
    (tmp_path / "long.tsv").write_text(f"model\tndcg\n{long}\n")
    more = "\n".join(f"row {n}\t{n}" for n in range(300))
    (tmp_path / "more.tsv").write_text(f"model\tndcg\n{more}\n")
    return tmp_path


def post(session=None, **params) -> dict:
    given = {"channel": "librec_channel", "thread": "none", "on_failure": "fail", **params}
    return (session or open_local({})).post(build(given))


def kinds(message: dict) -> list[str]:
    return [block["type"] for block in message.get("blocks", [])]


def hook(sandbox: Sandbox) -> str:
    return f"{sandbox.url}/services/{sandbox.store.data['webhooks'][0]['path']}"


def refuse(sandbox: Sandbox, *types: str) -> None:
    with sandbox.store.change() as data:
        data["refused_blocks"] = list(types)


def test_a_table_and_a_chart_are_drawn_by_slack(sandbox: Sandbox) -> None:
    receipt = post(message="NDCG", table="s.tsv", chart=CHART, footer="the end")
    (message,) = sandbox.messages()
    assert kinds(message) == ["section", "data_table", "data_visualization", "context"]
    assert message["text"] == "NDCG"  # which is what a notification says
    assert receipt["form"] == "native"
    assert "knn" in receipt["text"]


def test_a_notification_without_a_text_names_the_table(sandbox: Sandbox) -> None:
    post(table="s.tsv", chart={**CHART, "title": "NDCG of all"})
    assert sandbox.messages()[0]["text"] == "s.tsv, NDCG of all"


def test_what_is_whole_has_no_file_and_what_is_cut_has_one(sandbox: Sandbox) -> None:
    whole = post(table="long.tsv")  # which the text would have cut
    cut = post(table="more.tsv")
    assert (whole["form"], "replies" in whole) == ("native", False)
    assert (cut["form"], [one["name"] for one in cut["replies"][0]["files"]]) == (
        "native_cut",
        ["more.tsv"],
    )
    first, second, file = sandbox.messages()
    assert len(first["blocks"][0]["rows"]) == 151
    assert len(second["blocks"][0]["rows"]) == 201
    assert second["blocks"][1]["elements"][0]["text"] == "… 100 more rows"
    assert file["thread_ts"] == second["ts"]


def test_the_older_table_where_the_newer_is_refused(sandbox: Sandbox) -> None:
    refuse(sandbox, "data_table")
    receipt = post(message="NDCG", table="long.tsv", chart=CHART | {"file": "s.tsv"})
    message, file = sandbox.messages()
    assert kinds(message) == ["section", "table", "context", "data_visualization"]
    assert (receipt["form"], file["thread_ts"]) == ("native_cut", message["ts"])


def test_where_all_are_refused_the_text_is_posted_at_once_and_that_is_remembered(
    sandbox: Sandbox,
) -> None:
    refuse(sandbox, *NATIVE)
    session = open_local({})
    receipt = post(session, message="NDCG", table="s.tsv", chart=CHART)
    assert receipt["form"] == "text"
    first = len(sandbox.calls(POST))
    assert first == 3  # the newer table and the chart, the older table, the text
    post(message="again", table="s.tsv")  # of another process
    assert len(sandbox.calls(POST)) == first + 1
    assert [one["text"] for one in sandbox.messages()] == [
        "NDCG\n```\nmodel   ndcg\nknn      0.5\nforest  0.75\n```",
        "again\n```\nmodel   ndcg\nknn      0.5\nforest  0.75\n```",
    ]
    assert not any(kinds(one) for one in sandbox.messages())


def test_a_workspace_is_asked_again_after_a_day(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(sandbox, *NATIVE)
    post(table="s.tsv")
    refuse(sandbox)
    post(table="s.tsv")
    now = native_memory.time.time
    monkeypatch.setattr(native_memory.time, "time", lambda: now() + native_memory.EXPIRY + 1)
    post(table="s.tsv")
    assert [kinds(one) for one in sandbox.messages()] == [[], [], ["data_table"]]


def test_what_is_remembered_is_of_one_token_and_has_none_in_it(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(sandbox, "data_visualization")
    post(table="s.tsv", chart=CHART)
    kept = (place / ".snakemake/slack" / native_memory.NAME).read_text()
    assert sandbox.token not in kept
    assert list(next(iter(json.loads(kept)["refused"].values()))) == ["data_visualization"]
    with sandbox.store.change() as data:
        data["tokens"].append({**data["tokens"][0], "token": "xoxb-another"})
        data["refused_blocks"] = []
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-another")
    post(table="s.tsv", chart=CHART)
    assert kinds(sandbox.messages()[-1]) == ["data_table", "data_visualization"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 1, "refused": 5}', '{"version": 9}']
)
def test_a_memory_that_is_damaged_is_none(sandbox: Sandbox, place: Path, content: str) -> None:
    folder = place / ".snakemake" / "slack"
    folder.mkdir(parents=True)
    (folder / native_memory.NAME).write_text(content)
    refuse(sandbox, *NATIVE)
    post(table="s.tsv")
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize(
    ("code", "remembered"),
    [
        ("invalid_blocks", True),
        ("invalid_blocks_format", True),
        ("invalid_arguments", True),
        ("msg_blocks_too_long", False),
        ("invalid_attachments", False),
    ],
)
def test_refusals_without_a_word_more(sandbox: Sandbox, code: str, remembered: bool) -> None:
    sandbox.faults.add(Fault(POST, "error", code=code, times=2))
    post(message="one", table="s.tsv")
    post(message="two", table="s.tsv")
    assert [kinds(one) for one in sandbox.messages()] == [
        [],
        [] if remembered else ["section", "data_table"],
    ]


def test_a_refusal_that_is_not_about_blocks_is_one(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(POST, "error", code="restricted_action"))
    with pytest.raises(SlackRefused, match="restricted_action"):
        post(table="s.tsv")
    assert len(sandbox.calls(POST)) == 1


def test_blocks_of_the_author_that_are_refused_prove_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(SlackRefused, match="unsupported type: hologram"):
        post(message="x", table="s.tsv", blocks=[{"type": "hologram"}])
    post(table="s.tsv")
    assert [kinds(one) for one in sandbox.messages()] == [["data_table"]]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unclear_outcome_is_settled_and_not_doubled(sandbox: Sandbox, when: str) -> None:
    sandbox.faults.add(Fault(POST, "reset", when=when))
    assert post(table="s.tsv")["form"] == "native"
    assert [kinds(one) for one in sandbox.messages()] == [["data_table"]]


def test_from_the_outbox_too(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(POST, "error", code="service_unavailable", lasts=60.0))
    session = open_local({})
    given = {"channel": "librec_channel", "thread": "none", "on_failure": "queue"}
    receipt = session.post(
        build({**given, "message": "m", "table": "more.tsv"}, receipt="slack/a.json")
    )
    assert receipt["status"] == "queued"
    sandbox.faults.clear()
    refuse(sandbox, *NATIVE)
    done = open_local({}).flush()
    assert [one["status"] for _, one in done] == ["delivered", "delivered"]
    message, file = sandbox.messages()
    assert (message["text"][:5], kinds(message)) == ("m\n```", [])
    assert (file["files"][0]["name"], file["thread_ts"]) == ("more.tsv", message["ts"])


def test_a_scheduled_table(sandbox: Sandbox) -> None:
    refuse(sandbox, "data_table")
    receipt = post(message="m", table="s.tsv", post_at="1h")
    assert receipt["status"] == "scheduled"
    (waiting,) = sandbox.store.data["scheduled"]
    assert [block["type"] for block in waiting["message"]["blocks"]] == ["section", "table"]


def test_beside_files_in_questions_and_in_shared_lines_stands_the_text(sandbox: Sandbox) -> None:
    post(file="s.tsv", comment="look", table="s.tsv")
    (message,) = sandbox.messages()
    assert "knn" in message["text"]
    assert "data_table" not in kinds(message)
    for more in ({"option": "approval"}, {"coalesce": "All"}):
        request = build({"channel": "x", "message": "m", "table": "s.tsv", **more}, receipt="r")
        assert not request.native


@pytest.mark.parametrize(
    "more", [{"color": "good"}, {"color": "good", "fields": {"a": "b"}}, {"fields": {"a": "b"}}]
)
def test_beside_a_colour_and_fields(sandbox: Sandbox, more: dict) -> None:
    post(message="m", table="s.tsv", **more)
    (message,) = sandbox.messages()
    assert "data_table" in kinds(message)
    said = json.dumps(message["blocks"], ensure_ascii=False)
    assert ("color" in more) == ("🟩 m" in said or "attachments" in message)


def test_a_long_text_has_the_table_as_text(sandbox: Sandbox) -> None:
    receipt = post(message="word " * 1000, table="s.tsv")
    assert receipt["form"] == "text"
    assert "knn" in sandbox.messages()[-1]["text"]


@pytest.mark.parametrize("answer", ["invalid_blocks", "invalid_payload"])
def test_a_webhook_that_refuses_them(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", hook(sandbox))
    sandbox.faults.add(Fault("webhook", "http", status=400, body=answer, times=2))
    assert post(message="m", table="s.tsv")["form"] == "text"
    assert post(message="n", table="s.tsv")["form"] == "text"
    assert len(sandbox.calls("webhook")) == 4
    assert [kinds(one) for one in sandbox.messages()] == [[], []]


def test_a_webhook_takes_them(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", hook(sandbox))
    assert post(message="m", table="s.tsv", chart=CHART)["form"] == "native"


@pytest.mark.parametrize("flavor", ["mattermost", "rocketchat", "zulip"])
def test_other_servers_get_the_text(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, flavor: str
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", hook(sandbox))
    receipt = post(open_local({"flavor": flavor}), message="m", table="s.tsv", chart=CHART)
    assert receipt["form"] == "text"
    assert "knn" in json.dumps(sandbox.messages())
    assert "data_table" not in json.dumps(sandbox.messages())


def test_a_step_that_was_killed_posts_another_chart_of_the_same_data(sandbox: Sandbox) -> None:
    """The data are the same text; what is drawn of them is content too."""
    given = {"channel": "librec_channel", "thread": "none", "table": "s.tsv"}
    for kind in ("bar", "bar", "line"):
        open_local({}).post(build({**given, "chart": {**CHART, "type": kind}}, receipt="r.json"))
    assert [one["blocks"][-1]["chart"]["type"] for one in sandbox.messages()] == ["bar", "line"]
