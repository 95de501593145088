"""The password that the config gives: taken out of every place from which Snakemake hands it on.

Snakemake (9) writes the config into each job's script, updates it again from `--config` at every
`configfile:`, and repeats `--config` on the command lines of `run:` jobs and of jobs on a cluster.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from slack_wrapper import config as settings
from slack_wrapper.common.redact import MASK, Secret
from slack_wrapper.errors import ConfigError

# `snakemake --config slack_password=…`, what `librec_auto -k …` was.
TOP_LEVEL = "slack_password"


@dataclass(frozen=True)
class Given:
    """What a config gives.

    Args:
        password: None when it gives none.
        shown: it stands on Snakemake's command line, for all to see.
    """

    password: Secret | None
    shown: bool = False


def take(config: MutableMapping[str, Any], workflow: Any) -> Given:
    """Take the password out of a workflow's config, and return it.

    Args:
        config: of the workflow or module; its `slack:` section has been validated.
        workflow: Snakemake's, in the main process or in a job's.

    Raises:
        ConfigError: YAML read it as a number, which may have changed it.
    """
    source = workflow.config_settings
    arguments = source.config_args if isinstance(source.config_args, list) else []
    typed = _typed(arguments)
    kept = [_without_password(entry) for entry in arguments]
    shown = bool(typed) or any(new and new != old for new, old in zip(kept, arguments, strict=True))
    if shown:
        _mask_command_line(arguments, kept)
    arguments[:] = filter(None, kept)
    found: list[Secret] = [Secret(typed, source="--config")] if typed else []
    places = (config, workflow.config, source.overwrite_config, source.config)
    for place in places:
        if isinstance(place, MutableMapping) and (place is config or not _anothers(place)):
            found += _pop(place, typed)
    return Given(found[0] if found else None, shown)


def _anothers(config: Mapping[str, Any]) -> bool:
    """Whether the `slack:` section of a config is read by something else, and means other things.

    Our rules then have a config of their own: `module …: config: {"slack": …}`.
    """
    section = config.get(settings.SECTION)
    return section is not None and not settings.is_ours(section)


def _mask_command_line(before: list[str], after: list[str]) -> None:
    """Take the password out of what Snakemake and its loggers are about to show as the command.

    The system's list of processes still shows it.
    """
    for old, new in zip(before, after, strict=True):
        if old != new:
            shown = new or f"{TOP_LEVEL}={MASK}"
            sys.argv[:] = [word.replace(old, shown) for word in sys.argv]


def _pop(config: MutableMapping[str, Any], typed: str | None) -> list[Secret]:
    """Take the passwords out of one mapping; the top-level one comes first.

    Args:
        config: a workflow's, or what is to overwrite it.
        typed: the top-level one as it was typed, which Snakemake may have read as a number.
    """
    top = config.pop(TOP_LEVEL, None)
    found = [_text(top)] if typed is None else []
    section = config.get(settings.SECTION)
    if isinstance(section, MutableMapping):
        found.append(settings.given_password(section))
        if found[-1] is not None:
            section["password"] = None
    return [one for one in found if one is not None]


def _text(value: Any) -> Secret | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return Secret(value)
    raise ConfigError(
        f"config: {TOP_LEVEL} was read as a number, which may have changed it",
        hint=f'write it in quotes: {TOP_LEVEL}: "0012"',
    )


def _typed(arguments: list[str]) -> str | None:
    """Return the last `slack_password=` of `--config`, as Snakemake takes it, but as a text."""
    values = [text for name, _, text in (entry.partition("=") for entry in arguments)
              if name == TOP_LEVEL]  # fmt: skip
    return values[-1].strip("'\"") or None if values else None


def _without_password(entry: str) -> str:
    """Return an entry of `--config` without a password; empty when nothing is left of it."""
    name, _, text = entry.partition("=")
    if name == TOP_LEVEL:
        return ""
    if name != settings.SECTION:
        return entry
    import yaml

    try:
        section = yaml.load(text.strip("'\""), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    except yaml.YAMLError:  # then it is no section, which has been refused
        return entry
    if not isinstance(section, Mapping) or not section.get("password"):
        return entry
    rest = {key: value for key, value in section.items() if key != "password"}
    return f"{name}={json.dumps(rest)}"
