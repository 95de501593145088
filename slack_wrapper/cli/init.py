"""`slack-wrapper init`: from a token to the first message, in one go."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from slack_wrapper import config
from slack_wrapper.cli import manifest
from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED
from slack_wrapper.cli.keys import passwords
from slack_wrapper.cli.posts.posting import section_in
from slack_wrapper.cli.setup import config_edit, project_files
from slack_wrapper.cli.setup.project_files import ProjectFiles
from slack_wrapper.cli.terminal import ask, marked
from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import (
    KeyringInsecure,
    KeyringLocked,
    KeyringUnavailable,
    RequestError,
)
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import FAIL
from slack_wrapper.preflight.findings import table
from slack_wrapper.preflight.preflight import check
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from slack_wrapper.vault import clear_token
from slack_wrapper.vault.keyfile import disk, store
from slack_wrapper.vault.passwords import keyring as os_keyring
from slack_wrapper.vault.passwords.chain import keyring_username

_KEY = "keys/slack-api.enc"
_NO_KEYRING = (KeyringInsecure, KeyringLocked, KeyringUnavailable)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--channel", metavar="NAME", help="default: the config's, else a prompt")
    parser.add_argument(
        "--key", metavar="CLEARTEXT", help="file with the token, - for stdin; default: a prompt"
    )
    parser.add_argument(
        "--encrypted", metavar="FILE", help=f"key file to make (default: the config's, or {_KEY})"
    )
    parser.add_argument("--snakefile", metavar="FILE", help="default: the one that Snakemake finds")
    parser.add_argument(
        "--configfile", metavar="FILE", help="default: the one that the Snakefile names"
    )
    parser.add_argument(
        "--keyring",
        action=argparse.BooleanOptionalAction,
        help="store the password in the OS keyring, without asking",
    )
    parser.add_argument("--no-post", action="store_true", help="post no test message")
    passwords.add_password_options(parser)


def run(args: argparse.Namespace) -> int:
    """Make key file and config section, check them, post a test message, say what to add."""
    files = project_files.find(args.snakefile, args.configfile)
    section = dict(section_in(str(files.config))) if files.config.exists() else {}
    key_file = args.encrypted or section.get("encrypted_key") or _KEY
    # What can fail does so before anything is asked.
    fresh = args.key is not None or not Path(key_file).exists()
    if fresh:
        disk.prepare(key_file)
    channel = _channel(args, section)
    password = _key_made(args, key_file) if fresh else _key_kept(args, key_file)
    values = {"channel": channel, "encrypted_key": key_file}
    changed = config_edit.merge(files.config, values)
    console.show(f"{'wrote' if changed else 'kept'} the `slack:` section of {files.config}")
    _offer_keyring(args, files, key_file, password)
    section = dict(section_in(str(files.config)))
    session = open_local(section, password=password)
    if not _works(session, section, post=not args.no_post):
        return EXIT_FAILED
    console.show(_next(files, key_file))
    return EXIT_DONE


def _channel(args: argparse.Namespace, section: dict[str, Any]) -> Any:
    """Return the channel to write down, None to keep the config's."""
    if args.channel or section.get("channel"):
        return args.channel
    given = ask("Channel to post to: ")
    if not given:
        raise RequestError("there is no channel to post to", hint="give --channel NAME")
    return given.strip().removeprefix("#")


def _key_made(args: argparse.Namespace, key_file: str) -> Secret:
    """Encrypt the token and return the new password."""
    if args.key is None:
        console.tell(
            "The token of a Slack app begins with xoxb-. If you have no app yet, this link creates "
            f"one:\n{manifest.link('Snakemake', list(manifest.FEATURES))}\nInstall it to your "
            "workspace, then copy its Bot User OAuth Token."
        )
    token = clear_token.read(args.key) if args.key is not None else clear_token.ask()
    if token is None:
        raise RequestError(
            "there is no token, and no terminal to ask at", hint="give --key FILE, or --key -"
        )
    for warning in clear_token.warnings(args.key or clear_token.STDIN, token):
        console.warn(warning)
    password = passwords.new(args, key_file)
    store.encrypt_to(key_file, token.reveal(), password.reveal())
    console.show(f"wrote {key_file}; it may be committed, the clear token may not")
    return password


def _key_kept(args: argparse.Namespace, key_file: str) -> Secret:
    password = passwords.existing(args, key_file)
    store.unlock(key_file, password.reveal())
    console.show(
        f"kept {key_file}; for a new token: slack-wrapper rekey {key_file} --key CLEARTEXT"
    )
    return password


def _offer_keyring(
    args: argparse.Namespace, files: ProjectFiles, key_file: str, password: Secret
) -> None:
    """Store the password, where that is wanted and a keyring answers."""
    if args.keyring is False:
        return
    try:
        name = os_keyring.backend_name(os_keyring.keyring_backend())
        if args.keyring is None:
            answer = ask(f"Store the password in the keyring ({name})? [Y/n] ")
            if answer is None or answer.strip().lower() not in ("", "y", "yes"):
                return
        sources = config.read(section_in(str(files.config))).sources
        entry = (sources.keyring_service, keyring_username(sources, key_file))
        os_keyring.keyring_call("set_password", *entry, password.reveal())
    except _NO_KEYRING:
        if args.keyring:
            raise
        return
    console.show(f"stored the password in {name}")


def _works(session: LocalSession, section: dict[str, Any], *, post: bool) -> bool:
    """Check the way to Slack and post a test message; say what is wrong."""
    params = {"message": ":wave: Snakemake can post here now.", "on_failure": FAIL}
    request = build({**params, "thread": "none"}, defaults=section)
    findings = list(check(session, [request]))
    console.show(table(findings), style=marked)
    if not all(one.good for one in findings):
        return False
    if post:
        receipt = session.post(request)
        console.show(
            f"posted a test message: {receipt.get('permalink') or receipt['channel_name']}"
        )
    return True


def _next(files: ProjectFiles, key_file: str) -> str:
    lines = [] if files.named else [f'configfile: "{files.config}"']
    lines += ["import slack_wrapper", 'include: slack_wrapper.rules("hooks.smk")']
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f"\nAdd to {files.snakefile or 'your Snakefile'}:\n\n{body}\n\n"
        f"and commit {files.config} and {key_file}."
    )
