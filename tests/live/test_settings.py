"""Flags first, then the workflow's `slack:` section."""

import pytest

from slack_wrapper import config
from slack_wrapper.errors import ConfigError, RequestError, SlackWrapperError
from slack_wrapper.live import settings
from slack_wrapper.live.notify import Log


def test_a_flag_wins_over_the_section() -> None:
    flags = {"channel": "mine", "mention": "here, U00000ADA", "min_duration": "5m"}
    section = {
        "channel": "mine",
        "encrypted_key": "k.enc",
        "logger": {"mention": "channel", "min_duration": 9, "log_files": True},
    }
    read = settings.read(flags, section)
    assert (read.channel, read.encrypted_key) == ("mine", "k.enc")
    assert read.notify.failure.mention == ("here", "U00000ADA")
    assert (read.min_duration, read.notify.failure.log) == (300.0, Log.FILE)


def test_the_section_alone_is_enough() -> None:
    section = {
        "channel": ["first", "second"],
        "logger": {"mention": ["here"], "quiet_hours": "22:00-07:00", "progress_every": "2h"},
    }
    read = settings.read({}, section)
    assert (read.channel, read.notify.failure.mention) == ("first", ("here",))
    assert read.quiet_hours is not None
    assert read.progress_every == 7200


def test_progress_is_not_told_every_second() -> None:
    assert settings.read({"progress_every": "1s"}, {"channel": "x"}).progress_every == 60


def test_without_a_channel_the_remedy_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        settings.read({}, {})
    assert "--logger-slack-channel" in caught.value.hint


@pytest.mark.parametrize(
    "flags", [{"mention": "nobody"}, {"quiet_hours": "late"}, {"min_duration": "soon"}]
)
def test_a_value_of_no_known_form_is_refused(flags: dict) -> None:
    with pytest.raises((ConfigError, RequestError)) as caught:
        settings.read(flags, {"channel": "x"})
    assert isinstance(caught.value, SlackWrapperError)
    assert caught.value.hint


def test_the_session_is_opened_with_keys_of_the_section() -> None:
    flags = {"channel": "c", "keyring_service": "s", "keyring_username": None, "mention": "here",
             "password_command": "pass show x", "encrypted_key": None}  # fmt: skip
    assert settings.session_flags(flags) == {
        "channel": "c",
        "password_command": "pass show x",
        "keyring": {"service": "s"},
    }


def test_the_schema_knows_what_is_read() -> None:
    section = {
        "channel": "x",
        "logger": {
            "mention": {"here": True}, "quiet_hours": "22:00-07:00", "min_duration": "5m",
            "progress_every": 3600, "log_files": True,
        },
    }  # fmt: skip
    config.validate(section)
    assert settings.read({}, section).notify.failure.mention == ("here",)
    with pytest.raises(ConfigError):
        config.validate({"logger": {"mentions": "here"}})
