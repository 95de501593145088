"""Messages by incoming webhook: to Slack's, and to what other servers are described to accept."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.client import webhook_flavors
from slack_wrapper.client.webhook import REMEDIES
from slack_wrapper.client.webhook_flavors import markdown
from slack_wrapper.common.redact import redact
from slack_wrapper.errors import (
    RequestError,
    SlackAmbiguous,
    SlackRefused,
    SlackUnavailable,
    SlackWrapperError,
    TokenMalformed,
)
from slack_wrapper.message.parameters import build
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local
from slack_wrapper.vault.keyfile import store
from slack_wrapper.vault.token_kind import secret_kind
from tests.conftest import PASSWORD, REPOSITORY, Run
from tests.support.steps import INCLUDE, receipt, shown, write
from tests.webhooks.server import FLAVORS, WebhookServer

BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "NDCG"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*best* of <https://x.org|five>"}},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "rule plot"}]},
    {"type": "image", "image_url": "https://x.org/a.png", "alt_text": "a plot"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "model"}],
                               [{"type": "raw_text", "text": "knn"}]]},
    {"type": "markdown", "text": "## more"},
]  # fmt: skip
# name → parameters, and words that must get there
MESSAGES = {
    "text": ({"message": "*all* well, <!here>"}, ["all", "well", "here"]),
    "long": ({"message": "\n\n".join("part " + "word " * 700 for _ in range(3))}, ["part"]),
    "color": ({"message": "it failed", "color": "danger"}, ["it failed"]),
    "fields": ({"message": "the run", "fields": {"jobs": "12", "empty": ""}},
               ["the run", "jobs", "12", "empty"]),
    "fields in color": ({"message": "the run", "fields": {"jobs": "12"}, "color": "good"},
                        ["the run", "jobs", "12"]),
    "fields alone": ({"fields": {"jobs": "12"}}, ["jobs", "12"]),
    "blocks": ({"blocks": BLOCKS}, ["NDCG", "best", "five", "rule plot", "https://x.org/a.png",
                                    "model", "knn", "more"]),
    "text and blocks": ({"message": "look", "blocks": BLOCKS}, ["look", "NDCG", "knn"]),
    "long and blocks": ({"message": "word " * 900, "blocks": BLOCKS}, ["word", "NDCG", "knn"]),
    "entities": ({"message": "a &lt; b &amp; c, `x &gt; y`"}, ["b"]),
}  # fmt: skip


@pytest.fixture(params=FLAVORS)
def server(request: pytest.FixtureRequest) -> Iterator[WebhookServer]:
    made = WebhookServer(request.param)
    yield made
    made.close()


@pytest.fixture
def slack() -> Iterator[WebhookServer]:
    made = WebhookServer("slack")
    yield made
    made.close()


def flavor_of(server: WebhookServer) -> str:
    return server.about["server"].lower().replace(".", "")


def post(
    server: WebhookServer,
    monkeypatch: pytest.MonkeyPatch,
    section: dict | None = None,
    **params: object,
) -> Receipt:
    monkeypatch.setenv("SLACK_BOT_TOKEN", server.url)
    session = open_local({"flavor": flavor_of(server), **(section or {})})
    given = {"channel": "results", "on_failure": "fail", **params}
    return session.post(build(given, rule="hello"))


@pytest.mark.parametrize("name", MESSAGES)
def test_each_server_takes_each_message(
    server: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    params, words = MESSAGES[name]
    done = post(server, monkeypatch, **params)
    assert (done["status"], done["channel_name"], done["ts"]) == ("delivered", "results", None)
    said = json.dumps(server.taken, ensure_ascii=False)
    assert [word for word in words if word not in said] == []
    if name == "long":
        assert said.count("word") == 2100


def test_markup_is_the_servers(
    server: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(
        server, monkeypatch, message="*bold* ~old~ <https://x.org|link> `*code*` <!channel> a&amp;b"
    )
    expected = {
        "slack": "*bold* ~old~ <https://x.org|link> `*code*` <!channel> a&amp;b",
        "zulip": "*bold* ~old~ <https://x.org|link> `*code*` <!channel> a&amp;b",
        "mattermost": "**bold** ~~old~~ [link](https://x.org) `*code*` @all a&b",
        "rocketchat": "*bold* ~old~ [link](https://x.org) `*code*` @all a&b",
    }
    assert server.taken == [{"text": expected[flavor_of(server)]}]


def test_the_description_can_refuse(slack: WebhookServer) -> None:
    """The servers of these tests do not take just anything."""
    for flavor, payload in {
        "slack": {}, "mattermost": {"text": "", "blocks": BLOCKS}, "rocketchat": {"blocks": BLOCKS},
        "zulip": {"blocks": [{"type": "table"}]},
    }.items():  # fmt: skip
        made = WebhookServer(flavor)
        body = json.dumps(payload).encode()
        assert made.take(made.about["path"], "application/json", body)[0] == 400
        made.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*3*4 and a * b * c", "2*3*4 and a * b * c"),
        ("*a* *b*", "**a** **b**"),
        ("```\n*x* <y>\n```", "```\n*x* <y>\n```"),
        ("snake_case_name _it_", "snake_case_name _it_"),
        ("<mailto:a@b.org|mail> <https://x.org>", "[mail](mailto:a@b.org) https://x.org"),
    ],
)
def test_markdown(text: str, expected: str) -> None:
    assert markdown(text) == expected


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        ((403, "action_prohibited", {}), SlackRefused, "action_prohibited"),
        ((404, "no_service", {}), SlackRefused, "no_service"),
        ((410, "channel_is_archived", {}), SlackRefused, "channel_is_archived"),
        ((302, "", {"Location": "http://127.0.0.1:9/login"}), SlackAmbiguous, "HTTP 302"),
        ((403, "<html>forbidden</html>", {}), SlackAmbiguous, "HTTP 403"),
        ((404, "not found", {}), SlackAmbiguous, "HTTP 404"),
        ((400, '{"message": "Forbidden"}', {}), SlackAmbiguous, "HTTP 400"),
        ((200, "", {}), SlackAmbiguous, "HTTP 200"),
        ((204, "ok", {}), SlackAmbiguous, "HTTP 204"),
        ((503, "", {}), SlackAmbiguous, "HTTP 503"),
        ((500, "rollup_error", {}), SlackAmbiguous, "HTTP 500"),
        ((200, "<html>log in</html>", {}), SlackAmbiguous, "no webhook"),
        ((200, '{"ok": false, "error": "no such stream"}', {}), SlackRefused, "no such stream"),
        ((500, "oops", {}), SlackAmbiguous, "HTTP 500"),
    ],
)
def test_what_a_webhook_says_no_with(
    slack: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch,
    answer: tuple, error: type[SlackWrapperError], word: str,
) -> None:  # fmt: skip
    slack.answers = [answer]
    with pytest.raises(error) as caught:
        post(slack, monkeypatch, message="hello")
    assert caught.value.hint
    assert slack.calls == 1  # an unclear post is not repeated
    if error is SlackRefused:
        assert word in str(caught.value)
    for secret in (slack.url, slack.about["path"], slack.about["path"].rpartition("/")[2]):
        assert secret not in str(caught.value)


def test_a_limit_is_waited_for(
    slack: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.answers = [(429, "", {"Retry-After": "0"})] * 2
    assert post(slack, monkeypatch, message="hello")["attempts"] == 3
    assert slack.taken == [{"text": "hello"}]


def test_an_unclear_post_is_held_or_posted_again_by_choice(
    slack: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.answers = [(500, "", {})]
    held = post(slack, monkeypatch, message="hello", on_failure="queue")
    assert held["status"] == "queued"
    assert "may or may not have been posted" in held["reason"]
    assert slack.taken == []
    slack.answers = [(500, "", {})]
    section = {"ambiguous": "repost"}
    done = post(slack, monkeypatch, section, message="again", channel="other")
    assert done["status"] == "delivered"
    assert slack.taken == [{"text": "again"}]


def test_nobody_there(slack: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slack.close()
    with pytest.raises(SlackUnavailable) as caught:
        post(slack, monkeypatch, message="hello")
    assert slack.about["path"] not in str(caught.value)


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"file": "a.txt"}, "post files"),
        ({"message": "x", "channel": ["a", "b"]}, "several channels"),
        ({"message": "x", "channel": {"email": "ada@example.org"}}, "direct messages"),
        ({"message": "x", "thread": "slack/other.json"}, "reply in threads"),
        ({"message": "x", "mention": "ada@example.org"}, "look people up"),
        ({"message": "x", "option": "approval", "on_failure": None}, "see reactions"),
    ],
)
def test_what_it_cannot_do_is_said_by_the_step(
    slack: WebhookServer, study: Path, monkeypatch: pytest.MonkeyPatch, params: dict, what: str
) -> None:
    (study / "a.txt").write_text("text")
    with pytest.raises(RequestError, match=f"step hello: an incoming webhook cannot .*{what}"):
        post(slack, monkeypatch, **params)
    assert slack.calls == 0


def test_a_flavor_needs_a_webhook(
    study: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    with pytest.raises(TokenMalformed, match=r"slack\.flavor is zulip"):
        open_local({"flavor": "zulip"}).workspace(None)


@pytest.mark.parametrize("tail", ["hooks/zwölfuhrdreißigundmehr", "hooks/0123456789abcdef%00x"])
def test_an_address_that_is_none_is_not_repeated(
    study: Path, monkeypatch: pytest.MonkeyPatch, tail: str
) -> None:
    from slack_wrapper.client.webhook import WebhookTransport
    from slack_wrapper.common.redact import Secret

    transport = WebhookTransport(Secret(f"http://127.0.0.1:9/{tail}"), flavor="mattermost")
    with pytest.raises(SlackWrapperError) as caught:
        transport.call("chat.postMessage", {"channel": "x", "text": "y"})
    assert tail not in str(caught.value)
    assert tail.lower() not in str(caught.value)
    assert tail.partition("/")[2] not in redact(f"the server said {tail.partition('/')[2]}")


@pytest.mark.parametrize("flavor", FLAVORS)
def test_its_address_is_known_as_a_secret(flavor: str) -> None:
    server = WebhookServer(flavor)
    server.close()
    assert secret_kind(server.url) == "webhook"
    assert secret_kind(f"https://chat.lab.org{server.about['path']}") == (
        "webhook" if flavor != "slack" else None
    )


@pytest.fixture
def key(study: Path, sandbox: Sandbox) -> str:
    """A key file that holds the address of the sandbox's webhook; returns the address."""
    url = f"{sandbox.url}/services/T0000TEAM/B0000HOOK/sandbox"
    store.encrypt_to(study / "keys" / "slack-api.enc", url, PASSWORD, profile="test-only")
    return url


CONFIG = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
HELLO = """
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: message="hello by webhook", fields={"jobs": "3"}, color="good"
"""


def test_a_step_posts_by_the_webhook_in_its_key_file(
    study: Path, sandbox: Sandbox, snakemake: Run, key: str
) -> None:
    write(study, INCLUDE + HELLO, CONFIG)
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert receipt(study, "hello")["status"] == "delivered"
    assert len(sandbox.messages()) == 1
    assert re.search(r"✓ webhook +posts messages to its channel at 127\.0\.0\.1", done.stderr)
    again = snakemake("slack/hello.json", "--forceall")
    assert again.returncode == 0, again.stderr
    assert len(sandbox.messages()) == 2
    texts = [done.stdout, done.stderr]
    texts += [path.read_text(errors="replace") for path in study.rglob("*") if path.is_file()]
    assert not any("B0000HOOK/sandbox" in text for text in texts)
    assert "B0000HOOK" not in redact(f"see /services/T0000TEAM/B0000HOOK/sandbox and {key}")


def test_what_it_cannot_do_is_said_at_preflight(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run, key: str
) -> None:
    plot = """
use rule slack_file as plot with:
    input: file="post/viz-bar-NormalizedDCG.jpg"
    output: "slack/plot.json"
"""
    write(study, INCLUDE + plot, CONFIG)
    done = snakemake("slack/plot.json")
    assert done.returncode == 1
    assert re.search(r"✗ webhook +cannot post files", done.stderr)
    assert "the run was not started: plot would fail" in done.stderr
    assert shown(sandbox) == []
    (study / "config.yaml").write_text(
        "slack: {flavor: zulip, channel: results, encrypted_key: keys/slack-api.enc}"
    )
    checked = command(
        "check", "--configfile", "config.yaml", env={"SLACK_WRAPPER_PASSWORD": PASSWORD}
    )
    assert "the address looks like one of slack" in checked.stdout
    assert "hint: set slack.flavor: slack" in checked.stdout


def test_every_answer_is_documented() -> None:
    page = (REPOSITORY / "docs" / "webhooks.md").read_text(encoding="utf-8")
    rows = [f"| `{code}` | {hint} |" for code, hint in REMEDIES.items()]
    assert [row for row in rows if row not in page] == []


@pytest.mark.parametrize("flavor", ["mattermost", "rocketchat", "zulip"])
def test_what_is_text_in_slack_is_text_elsewhere(flavor: str) -> None:
    """The control: the author's own mention and link are there."""
    foreign = "&lt;!channel&gt; @all @**all** [x](http://e) ![p](http://e) `@here &lt;!all&gt;`"
    field = {"type": "mrkdwn", "text": f"*@all*\n{foreign}"}
    message = {"text": f"<!here> <https://h/a|b> {foreign}",
               "attachments": [{"text": foreign, "blocks": [{"type": "section",
                                                             "fields": [field]}]}]}  # fmt: skip
    said = json.dumps(webhook_flavors.FLAVORS[flavor](message), ensure_ascii=False)
    live = {"zulip": ["@**", "]("]}.get(flavor, ["@all", "<!channel", "<!all", "![p](", "[x]("])
    assert not [one for one in live if one in said]
    if flavor != "zulip":
        assert "@here [b](https://h/a)" in said
        assert said.count("@here") == 1
