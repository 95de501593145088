"""What a user's own code sees of the package's types; checked by mypy --strict, never run."""

import slack_wrapper
from slack_wrapper.errors import SlackWrapperError

folder: str = slack_wrapper.rules("hooks.smk")
url: str = slack_wrapper.wrapper()


def remedy(error: SlackWrapperError) -> str:
    """Return the hint of an error."""
    return error.hint
