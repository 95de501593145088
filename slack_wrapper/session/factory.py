"""The composition root: which session a step, command or hook gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper import config
from slack_wrapper.common.redact import Secret
from slack_wrapper.session.local import LocalSession
from slack_wrapper.vault.passwords.chain import PasswordChain


def open_local(
    section: Mapping[str, Any], *, password: Secret | None = None, interactive: bool = True
) -> LocalSession:
    """Return a session of this process for a `slack:` section.

    Args:
        section: may hold the password.
        password: one that was given elsewhere; wins over the section's.
        interactive: whether somebody may be asked for one.

    Raises:
        ConfigError: the section is not valid.
    """
    settings = config.read(section)
    given = password or config.given_password(section)
    chain = PasswordChain(settings.sources, given=given, interactive=interactive)
    return LocalSession(settings, chain)
