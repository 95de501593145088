"""The composition root: which session a step, command or hook gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper import config
from slack_wrapper.common.redact import Secret
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.session.local import LocalSession
from slack_wrapper.vault.passwords.chain import PasswordChain


def open_local(
    section: Mapping[str, Any],
    *,
    password: Secret | None = None,
    interactive: bool = True,
    records: RunRecords | None = None,
    asks: bool = False,
) -> LocalSession:
    """Return a session of this process for a `slack:` section.

    Args:
        section: may hold the password.
        password: one that was given elsewhere; wins over the section's.
        interactive: whether somebody may be asked for one.
        records: what is recorded of the run that it posts for; by default what the folder tells.
        asks: whether somebody may be asked for that of what waits from earlier.

    Raises:
        ConfigError: the section is not valid.
    """
    settings = config.read(section)
    given = password or config.given_password(section)
    chain = PasswordChain(settings.sources, given=given, interactive=interactive)
    return LocalSession(settings, chain, records=records, asks=asks)
