"""Passwords on the command line: the options that give one, and the prompts otherwise."""

from __future__ import annotations

import argparse

from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import NoPassword
from slack_wrapper.vault.passwords import sources, strength
from slack_wrapper.vault.passwords.prompt import from_prompt


def add_password_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that give a password to scripts; without them it is prompted for."""
    group = parser.add_argument_group(
        "password", f"prompted for unless given here or in ${sources.VARIABLE}"
    )
    choice = group.add_mutually_exclusive_group()
    choice.add_argument("--password-command", metavar="CMD", help="its first output line counts")
    choice.add_argument("--password-file", metavar="FILE", help="its first line counts")
    choice.add_argument("--password", metavar="TEXT", help="not advised: other users can read it")


def add_new_password_options(
    parser: argparse.ArgumentParser, what: str
) -> argparse._MutuallyExclusiveGroup:
    """Add the options that give a second, new password; return their group.

    Args:
        parser: of a command that has `add_password_options` too.
        what: the new password is for, for the help.
    """
    group = parser.add_argument_group("new password", f"{what}; prompted for unless given here")
    choice = group.add_mutually_exclusive_group()
    choice.add_argument(
        "--new-password-command", metavar="CMD", help="its first output line counts"
    )
    choice.add_argument("--new-password-file", metavar="FILE", help="its first line counts")
    return choice


def given(args: argparse.Namespace) -> Secret | None:
    """Return the password of the options or the environment, None when there is none.

    Raises:
        PasswordError: the command or file named gives none.
    """
    if args.password is not None:
        console.warn(
            "a password on a command line can be seen by every user of "
            "this machine and stays in the shell's history; use the prompt or the keyring"
        )
        return Secret(args.password, source="--password")
    if args.password_command:
        return sources.from_command(args.password_command)
    if args.password_file:
        return sources.from_file(args.password_file)
    return sources.from_environment()


def given_new(args: argparse.Namespace) -> Secret | None:
    """Return the new password of the options, None when there is none.

    Raises:
        PasswordError: the command or file named gives none.
    """
    if args.new_password_command is not None:
        return sources.from_command(args.new_password_command)
    if args.new_password_file is not None:
        return sources.from_file(args.new_password_file)
    return None


def existing(args: argparse.Namespace, path: str) -> Secret:
    """Return the password that opens a key file: given, or asked for.

    Raises:
        NoPassword: neither, and there is no terminal.
    """
    return given(args) or _asked(f"Password for {path}: ", confirm=False)


def new(args: argparse.Namespace, path: str) -> Secret:
    """Return a new password for a key file: given, or asked for twice.

    Raises:
        NoPassword: neither, and there is no terminal.
        EmptyPassword: nothing was typed, or two different things.
    """
    return _judged(given(args) or _asked(f"New password for {path}: ", confirm=True))


def second(args: argparse.Namespace, whom: str) -> Secret:
    """Return the new password of a name beside the one that opens the file.

    Raises:
        NoPassword: it is not given, and there is no terminal.
        EmptyPassword: nothing was typed, or two different things.
    """
    password = given_new(args) or from_prompt(f"New password for {whom}: ", confirm=True)
    if password is None:
        raise NoPassword(
            f"there is no password for {whom}, and no terminal to ask at",
            hint="use --new-password-command or --new-password-file",
        )
    return _judged(password)


def replacement(args: argparse.Namespace, path: str) -> Secret | None:
    """Return the new password of a key file that has one, None when nobody can be asked.

    Raises:
        EmptyPassword: nothing was typed, or two different things.
    """
    password = given_new(args) or from_prompt(f"New password for {path}: ", confirm=True)
    return _judged(password) if password else None


def _judged(password: Secret) -> Secret:
    """Say it of a new password that is easily guessed; it is taken all the same."""
    weak = strength.warning(password)
    if weak:
        console.warn(weak)
    return password


def _asked(label: str, *, confirm: bool) -> Secret:
    password = from_prompt(label, confirm=confirm)
    if password is None:
        raise NoPassword(
            "there is no password, and no terminal to ask at",
            hint=f"use --password-command, --password-file or ${sources.VARIABLE}",
        )
    return password
