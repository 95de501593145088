"""`slack-wrapper --version`: the versions that a report of a fault needs."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

from slack_wrapper import __version__

_SHOWN = ("snakemake", "snakemake-interface-logger-plugins", "slack-sdk", "cryptography", "keyring",
          "urllib3", "jinja2")  # fmt: skip


def text() -> str:
    """Return our version, then one line for each part that we run on."""
    rows = [("python", platform.python_version()), ("system", platform.platform())]
    rows += [(name, _version(name)) for name in _SHOWN]
    lines = [f"  {name} {version}" for name, version in rows]
    return "\n".join([f"slack-wrapper {__version__} ({sys.prefix})", *lines])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
