"""blocks.validate: what Slack says of blocks, and that it is no error where it cannot be asked."""

import pytest

from slack_wrapper.client.block_validation import MAX_JSON, METHOD, Verdict, validate
from slack_wrapper.errors import ConfigError
from slack_wrapper.sandbox import app
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox

GOOD = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def test_blocks_that_slack_takes(sandbox: Sandbox) -> None:
    assert validate(sandbox.api_url, [GOOD]) == Verdict()


def test_blocks_that_it_does_not_take(sandbox: Sandbox) -> None:
    verdict = validate(sandbox.api_url, [GOOD, {"type": "section"}, {"type": "hologram"}])
    assert [(one.path, one.told) for one in verdict.problems] == [
        ("blocks[1]", "must define `text` or `fields`"),
        ("blocks[2].type", "unsupported type: hologram"),
    ]


def test_no_token_is_sent(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    seen, token = [], app._token

    def look(args: dict) -> str | None:
        seen.append(token(args))
        return seen[-1]

    monkeypatch.setattr(app, "_token", look)
    validate(sandbox.api_url, [GOOD])
    assert seen == [None]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(METHOD, "error", code="unknown_method"), "unknown_method"),
        (Fault(METHOD, "error", code="missing_scope"), "missing_scope"),
        (Fault(METHOD, "error", code="ratelimited"), "ratelimited"),
        (Fault(METHOD, "error", code="invalid_blocks"), "invalid_blocks"),
        (Fault(METHOD, "page"), "the answer is not Slack's: HTTP 200"),
        (Fault(METHOD, "http", status=503), "the answer is not Slack's: HTTP 503"),
        (Fault(METHOD, "shape", answer=["x"]), "the answer is not Slack's"),
        (Fault(METHOD, "reset"), "reset"),
        (
            Fault(METHOD, "shape", answer={"ok": False, "error": "invalid_blocks", "errors": 5}),
            "invalid_blocks",
        ),
    ],
)
def test_where_it_cannot_be_asked_it_is_told(sandbox: Sandbox, fault: Fault, told: str) -> None:
    sandbox.faults.add(fault)
    verdict = validate(sandbox.api_url, [GOOD])
    assert verdict.problems == ()
    assert told in verdict.unasked


def test_more_than_it_takes_is_not_asked(sandbox: Sandbox) -> None:
    verdict = validate(sandbox.api_url, [{"type": "markdown", "text": "x" * MAX_JSON}])
    assert "takes 100,000 characters" in verdict.unasked
    assert sandbox.store.calls == []


def test_an_address_without_https_is_refused() -> None:
    with pytest.raises(ConfigError):
        validate("http://slack.example/api/", [GOOD])


@pytest.mark.parametrize("error", [{"pointer": "/0/text\x1b[31m", "message": "no\n<b>\u202e"}, "x"])
def test_what_a_server_says_is_harmless(sandbox: Sandbox, error: object) -> None:
    answer = {"ok": False, "error": "invalid_blocks", "errors": [error]}
    sandbox.faults.add(Fault(METHOD, "shape", answer=answer))
    for one in validate(sandbox.api_url, [GOOD]).problems:
        assert one.path == "blocks[0].text"
        assert one.told == "no <b>"
