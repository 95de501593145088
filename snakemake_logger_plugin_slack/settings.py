"""The plugin's flags. The names are those of the `slack:` section; see docs/logger.md.

No `from __future__ import annotations` and no `X | None` here: Snakemake reads these types.
"""

from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase


def _flag(help: str, metavar: str) -> Dict[str, Any]:
    return {"help": help, "metavar": metavar, "env_var": True, "required": False}


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Settings of `--logger slack`; the workflow's `slack:` section gives what they do not."""

    channel: Optional[str] = field(
        default=None,
        metadata=_flag("Channel of the run's message: a name, or an ID.", "NAME"),
    )
    encrypted_key: Optional[str] = field(
        default=None,
        metadata=_flag("Encrypted key file, relative to the working directory.", "PATH"),
    )
    password_command: Optional[str] = field(
        default=None,
        metadata=_flag("Command whose first line of output is the password.", "COMMAND"),
    )
    keyring_service: Optional[str] = field(
        default=None,
        metadata=_flag("Service under which the OS keyring holds the password.", "NAME"),
    )
    keyring_username: Optional[str] = field(
        default=None,
        metadata=_flag("User name under which the OS keyring holds the password.", "NAME"),
    )
    base_url: Optional[str] = field(
        default=None,
        metadata=_flag("Address of Slack's Web API, for GovSlack or the sandbox.", "URL"),
    )
    mention: Optional[str] = field(
        default=None,
        metadata=_flag(
            "Whom to mention when something fails: here, channel, user or group IDs, e-mail "
            "addresses, separated by commas.",
            "WHO",
        ),
    )
    quiet_hours: Optional[str] = field(
        default=None,
        metadata=_flag("When nobody is mentioned, such as '22:00-07:00 Europe/Berlin'.", "HOURS"),
    )
    min_duration: Optional[str] = field(
        default=None,
        metadata=_flag("Show only runs that last at least so long, such as 90s or 5m.", "TIME"),
    )
    progress_every: Optional[str] = field(
        default=None,
        metadata=_flag("Write a line of progress into the thread so often, such as 2h.", "TIME"),
    )
    log_files: bool = field(
        default=False,
        metadata={
            "help": "Post the whole log of a failed job as a file, without secrets.",
            "env_var": True,
            "required": False,
        },
    )
