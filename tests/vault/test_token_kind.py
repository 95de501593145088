"""What a secret is, by its form: what cannot post is named before anything is sent."""

from pathlib import Path

import pytest

from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.vault import clear_token
from slack_wrapper.vault.token_kind import secret_kind
from tests.conftest import Run

WORKFLOW = "https://hooks.slack.com/triggers/T0123456/7890123456/0f3a9c"


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("xoxb-1-abcdef", "bot token"),
        ("xoxp-1-abcdef", "user token"),
        ("xapp-1-A0-1-abc", "app-level token"),
        ("xoxe.xoxb-1-Mi0yLTk", "rotating bot token"),
        ("xoxe.xoxp-1-Mi0yLTk", "rotating user token"),
        ("xoxe-1-Mi0yLTk", "refresh token"),
        (WORKFLOW, "Workflow Builder address"),
        ("https://hooks.slack-gov.com/triggers/T0123456/78/0f", "Workflow Builder address"),
        ("https://hooks.slack.com/workflows/T01/A01/78/abc", "Workflow Builder address"),
        ("https://slack.com/shortcuts/Ft0123/0f3a9c", "Workflow Builder address"),
        ("https://hooks.slack.com/services/T01/B01/abc", "webhook"),
        ("https://hooks.slack-gov.com/services/T01/B01/abc", "webhook"),
        ("https://chat.lab.org/hooks/abc", "webhook"),
        ("hello", None),
    ],
)
def test_the_kind_is_known_by_its_form(secret: str, kind: str | None) -> None:
    assert secret_kind(secret) == kind


@pytest.mark.parametrize("secret", ["xoxe.xoxb-1-Mi0yLTk", "xoxe.xoxp-1-Mi0yLTk", "xoxe-1-Mi0yLTk"])
def test_a_token_that_rotates_is_warned_of_when_it_is_encrypted(
    study: Path, command: Run, secret: str
) -> None:
    (study / "key").write_text(secret)
    done = command(
        "encrypt", "--key", "key", "--encrypted", "k.enc", env={"SLACK_WRAPPER_PASSWORD": "x" * 20}
    )
    assert done.returncode == 0, done.stderr
    assert "twelve hours" in done.stderr
    assert "slack-wrapper manifest" in done.stderr
    assert secret not in done.stderr
    assert "twelve" not in " ".join(clear_token.warnings("-", Secret("xoxb-1-abcdef")))  # control


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (WORKFLOW, "holds a Workflow Builder address"),
        ("xoxe-1-Mi0yLTk", "holds a refresh token"),
        ("xapp-1-A0-1-abc", "holds an app-level token"),
    ],
)
def test_what_cannot_post_is_named(command: Run, secret: str, said: str) -> None:
    done = command("message", "--channel", "c", "hello", env={"SLACK_BOT_TOKEN": secret})
    assert done.returncode == 1
    assert said in done.stderr
    assert "bot token (xoxb-…)" in done.stderr
    assert secret not in done.stderr


def test_govslack_has_webhooks_too() -> None:
    url = "https://hooks.slack-gov.com/services/T0123456/B0123456/abcdefabcdefabcdef"
    assert WebhookTransport(Secret(url)).looks_like == "slack"
