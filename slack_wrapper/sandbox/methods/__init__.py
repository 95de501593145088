"""Slack's methods, a file for each family: a call comes in, Slack's answer or refusal goes out.

State is in `store`, who calls is in `access`; nothing here knows of HTTP or of faults.
"""

from slack_wrapper.sandbox.methods import (
    bookmarks,
    chat,
    conversations,
    files,
    people,
    pins,
    reactions,
    scheduled,
    team,
    uploads,
    validation,
)

METHODS = {
    **bookmarks.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **scheduled.METHODS,
    **team.METHODS,
    **uploads.METHODS,
}
# Those that ask nobody for a token; they get the arguments alone.
OPEN_METHODS = {
    "api.test": team.api_test,
    validation.METHOD: validation.validate,
}
