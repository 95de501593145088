"""The composition root: which session a step, command or hook gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper import config
from slack_wrapper.errors import ConfigError
from slack_wrapper.redact import Secret
from slack_wrapper.session.local import LocalSession
from slack_wrapper.vault.password import PasswordChain


def open_local(
    section: Mapping[str, Any], *, password: Secret | None = None, interactive: bool = True
) -> LocalSession:
    """Return a session of this process for a `slack:` section.

    Args:
        section: may hold the password.
        password: one that was given elsewhere; wins over the section's.
        interactive: whether a person may be asked for the password.

    Raises:
        ConfigError: the section is not valid.
    """
    settings = config.read(section)
    chain = PasswordChain(
        settings.sources,
        given=password or given_password(section),
        interactive=interactive,
    )
    return LocalSession(settings, chain)


def given_password(section: Mapping[str, Any]) -> Secret | None:
    """Return the password of the config, None when it is empty as in librec-auto's files.

    Raises:
        ConfigError: YAML read it as a number, which may have changed it.
    """
    value = section.get("password")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return Secret(value)
    raise ConfigError(
        "config: slack.password was read as a number, which may have changed it",
        hint='write it in quotes: password: "0012"',
    )
