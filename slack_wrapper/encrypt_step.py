"""The step that encrypts a key: the key file is a parameter, the receipt is its output.

Snakemake deletes a job's outputs before it runs; a key file as an output would be lost whenever
its re-encryption fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slack_wrapper.config import PasswordSources, settings, validate
from slack_wrapper.errors import EmptyPassword, NoPassword, RequestError, SlackWrapperError
from slack_wrapper.redact import Secret
from slack_wrapper.session.open import given_password
from slack_wrapper.step import named, report, section_of, write_receipt
from slack_wrapper.vault import cleartext, password_sources, store


def run(snakemake: Any) -> int:
    """Encrypt the key that the job names and write its receipt; return the exit code."""
    try:
        params = named(snakemake.params)
        key, encrypted = _paths(params, str(snakemake.rule))
        token = cleartext.read(key)
        for warning in cleartext.warnings(key, token):
            password_sources.tell(f"slack_wrapper: warning: {warning}")
        _make_folder(encrypted)
        store.encrypt_to(encrypted, token.reveal(), _new_password(snakemake.config).reveal())
        write_receipt(
            str(snakemake.output[0]), {"status": "encrypted", **store.describe(encrypted)}
        )
    except SlackWrapperError as error:
        report(snakemake, error)
        return error.exit_code
    return 0


def _paths(params: dict[str, Any], rule: str) -> tuple[str, str]:
    unknown = sorted(set(params) - {"key", "encrypted"})
    if unknown or not params.get("key") or not params.get("encrypted"):
        raise RequestError(
            f"step {rule} takes the parameters key and encrypted"
            + (f", not {unknown[0]}" if unknown else ""),
            hint="write params: key='safe-place/slack-api.key', encrypted='keys/slack-api.enc'",
        )
    return str(params["key"]), str(params["encrypted"])


def _make_folder(encrypted: str) -> None:
    try:
        Path(encrypted).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(
            f"the folder of {encrypted} cannot be made: {(error.strerror or '').lower()}",
            hint="check its permissions",
        ) from None


def _new_password(config: Any) -> Secret:
    """Return the password that the other steps of the run will find, or ask twice for one."""
    section = section_of(config)
    validate(section)
    sources: PasswordSources = settings(section).sources
    password = given_password(section) or password_sources.from_environment()
    if password:
        return password
    if sources.password_command:
        return password_sources.from_command(sources.password_command)
    asked = password_sources.from_prompt("New password for the key file: ", confirm=True)
    if asked is None:
        raise NoPassword("there is no password to encrypt under, and no terminal to ask at")
    if not asked:
        raise EmptyPassword("the password is empty")
    return asked
