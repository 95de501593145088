"""The options of the logger in leak tests."""

LOGGER = [
    "--logger", "slack", "--logger-slack-channel", "librec_channel",
    "--logger-slack-encrypted-key", "keys/slack-api.enc", "--logger-slack-log-files",
]  # fmt: skip
