"""librec-auto's `slack-post.py`, on today's Slack: the same command line, the same meaning.

This file stands alone: it may be copied to where librec-auto looks for its scripts, and runs under
librec-auto's own Python, even one (3.7 or newer) that slack_wrapper is not installed for; then the
command `slack-post` on the PATH does the work. A password among the arguments is handed on through
a pipe, and this process becomes another program: from then on its command line does not show it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import time

LOG = "slack-post.log"  # in the study: librec-auto throws away what its scripts print
FILE_DESCRIPTOR = "--password-fd"
_OLDEST = (3, 11)  # Python that slack_wrapper runs on
_PIPE = 4096  # bytes that every pipe takes at once


def main() -> int:
    """Post what the arguments ask for and return the exit code."""
    arguments, password = without_password(sys.argv[1:])
    here = sys.version_info >= _OLDEST and importlib.util.find_spec("slack_wrapper") is not None
    if here and password is None:
        from slack_wrapper.librec.post import run

        return run(arguments, say)
    command = [sys.executable, "-P", "-m", "slack_wrapper.librec.posting"] if here else _other()
    if not command:
        say(
            f"slack-post: error: {sys.executable} has no slack_wrapper, and no slack-post is on "
            "the PATH\nhint: pip install snakemake-slack-wrapper, there or in an environment whose "
            "slack-post is on the PATH"
        )
        return 1
    if password is not None:
        arguments = arguments + _handed_on(password)
    sys.stdout.flush()
    os.execv(command[0], command + arguments)  # noqa: S606 - no shell is wanted
    return 1  # execv does not return


def without_password(arguments: list[str]) -> tuple[list[str], str | None]:
    """Return the arguments without `--password`, also abbreviated, and the last one given."""
    kept: list[str] = []
    password = None
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if len(name) > 2 and "--password".startswith(name):
            password = value if equals else next(words, "")
        else:
            kept.append(word)
    return kept, password


def say(text: str) -> None:
    """Tell the user: on stderr, and where nobody reads that, in `LOG` too."""
    print(text, file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        return
    try:
        with open(LOG, "a", encoding="utf-8") as log:  # noqa: PTH123 - one line for any Python
            log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + text + "\n")
    except OSError:
        return


def _handed_on(password: str) -> list[str]:
    """Return the argument by which the next program finds the password."""
    data = os.fsencode(password)
    if len(data) > _PIPE:  # nobody's password; a pipe might wait for its reader for ever
        return ["--password=" + password]
    read, write = os.pipe()
    os.write(write, data)
    os.close(write)
    os.set_inheritable(read, True)
    return [f"{FILE_DESCRIPTOR}={read}"]


def _other() -> list[str]:
    """Return the command `slack-post` of another environment, if there is one."""
    found = shutil.which("slack-post")
    ourselves = found and os.path.realpath(found) == os.path.realpath(__file__)
    return [found] if found and not ourselves else []


if __name__ == "__main__":
    sys.exit(main())
