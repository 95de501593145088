"""Key and environment of commands that post."""

from tests.conftest import PASSWORD

KEY = ("--encrypted-key", "keys/slack-api.enc", "--channel", "librec_channel")


ENV = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
