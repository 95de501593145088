"""Slack's methods, a file for each family: a call comes in, Slack's answer or refusal goes out.

State is in `store`, who calls is in `access`; nothing here knows of HTTP or of faults.
"""

from slack_wrapper.sandbox.methods import chat, conversations, files, people, reactions, scheduled

METHODS = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **scheduled.METHODS,
}
