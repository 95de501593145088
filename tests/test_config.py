"""The `slack:` section: unknown keys, wrong forms, plain tokens."""

import pytest

from slack_wrapper import config
from slack_wrapper.errors import ConfigError


def refused(section) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config.read(section)
    return caught.value


def test_nothing_at_all_is_valid() -> None:
    settings = config.read(None)
    assert settings.enabled
    assert not settings.dry_run
    assert settings.base_url == "https://slack.com/api/"


def test_every_key_of_the_design_is_taken() -> None:
    settings = config.read(
        {
            "channel": ["librec_channel", {"email": "ada@example.org"}],
            "encrypted_key": "keys/slack-api.enc",
            "password": None,
            "password_command": "pass show lab/slack",
            "keyring": {"service": "s", "username": "u"},
            "base_url": "https://slack-gov.com/api",
            "on_failure": "warn",
            "thread": "none",
            "dry_run": True,
            "enabled": False,
            "upload_timeout": 300,
            "team_id": "T0123456789",
            "posts": {"ndcg": {"file": "a.png", "message": "title"}},
        }
    )
    assert settings.base_url == "https://slack-gov.com/api/"
    assert settings.sources.keyring_username == "u"
    assert settings.defaults["on_failure"] == "warn"
    assert settings.upload_timeout == 300.0
    assert settings.team_id == "T0123456789"


def test_a_misspelt_key_is_refused_with_the_near_one() -> None:
    error = refused({"chanel": "x"})
    assert error.message == "config: unknown key slack.chanel"
    assert error.hint == "did you mean channel?"


@pytest.mark.parametrize("value", ["my-lab", "E0123456789", "t0123456789"])
def test_a_workspace_that_is_not_an_id_is_refused(value: str) -> None:
    error = refused({"team_id": value})
    assert error.message == "config: slack.team_id is not valid"
    assert "T…" in error.hint


def test_a_misspelt_key_of_a_post_is_refused() -> None:
    error = refused({"posts": {"a": {"mesage": "x"}}})
    assert "slack.posts.a.mesage" in error.message
    assert error.hint == "did you mean message?"


@pytest.mark.parametrize("key", ["token", "slack_token"])
def test_a_plain_token_is_refused_and_not_shown(key: str) -> None:
    error = refused({key: "xoxb-1-secret"})
    assert "never belongs in a config" in error.message
    assert "xoxb" not in str(error)


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"on_failure": "s3cret"}, "slack.on_failure"),
        ({"password": ["s3cret"]}, "slack.password"),
        ({"keyring": "s3cret"}, "slack.keyring"),
        ({"dry_run": "s3cret"}, "slack.dry_run"),
        ({"posts": {"a/b": {}}}, "slack.posts"),
        ({"channel": {"mail": "s3cret"}}, "slack.channel"),
    ],
)
def test_a_wrong_form_is_refused_without_its_value(section, place: str) -> None:
    error = refused(section)
    assert place in error.message
    assert "s3cret" not in str(error)


def test_the_environment_wins_for_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WRAPPER_BASE_URL", "http://127.0.0.1:1/api")
    assert config.read({"base_url": "https://x/api/"}).base_url == "http://127.0.0.1:1/api/"


def test_a_password_that_yaml_read_as_a_number_is_refused() -> None:
    with pytest.raises(ConfigError, match="as a number"):
        config.given_password({"password": 12})


def test_an_empty_password_means_none() -> None:
    assert config.given_password({"password": ""}) is None
    assert config.given_password({"password": None}) is None
