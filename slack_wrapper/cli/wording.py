"""What helps, in the words of the command line: hints name options where steps have parameters."""

from __future__ import annotations

from slack_wrapper.errors import SlackWrapperError

# Part of a hint for steps → what a command says instead; a test finds each of them in the package.
HINTS = {
    "set the step's parameter channel, or slack.channel in the config": (
        "give --channel NAME, or --configfile FILE with slack.channel in it"
    ),
    "set slack.encrypted_key (or the step's encrypted_key) to the encrypted key file": (
        "give --encrypted-key FILE, or --configfile FILE with slack.encrypted_key in it"
    ),
    "or input: message='summary.md'": "or give the text: slack-wrapper message TEXT",
    "the step can be run again": "run the command again, or give --on-failure queue",
    "; make the file an input of the step": "",
    "check the rule that makes the file; ": "",
    "make the step depend on the rule that writes the file, so that it is finished": (
        "post the file when it is complete"
    ),
    "thread is run, none, or the receipt of a step that is an input of this one": (
        "give the receipt of an earlier post, as --receipt FILE writes it"
    ),
    "a thread belongs to one channel; post both steps to the same one": (
        "a thread belongs to one channel; give the channel of that post"
    ),
    "if the message is not there, run the step again": (
        "if the message is not there, run the command again"
    ),
}


def for_commands(error: SlackWrapperError) -> str:
    """Return an error and its hint as a command prints them."""
    hint = error.hint
    for part, instead in HINTS.items():
        hint = hint.replace(part, instead)
    return f"{error.message}\nhint: {hint}" if hint else error.message
