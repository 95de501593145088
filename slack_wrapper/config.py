"""The `slack:` section of a Snakemake config: checked against one schema, read into one dataclass.

Error messages never show a value: it could be a password in the wrong place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from slack_wrapper.common import quiet_hours, schema_check
from slack_wrapper.common.quiet_hours import QuietHours
from slack_wrapper.common.redact import Secret
from slack_wrapper.common.typed_text import switch, typed
from slack_wrapper.errors import ConfigError

SECTION = "slack"
SCHEMA_FILE = Path(__file__).parent / "schema" / "slack.schema.json"
SLACK_API = "https://slack.com/api/"
BASE_URL_VARIABLE = "SLACK_WRAPPER_BASE_URL"
DRY_RUN_VARIABLE = "SLACK_WRAPPER_DRY_RUN"
ENABLED_VARIABLE = "SLACK_WRAPPER_ENABLED"
KEYRING_SERVICE = "slack-wrapper"
MAX_WAIT = 600.0  # seconds
HOLD, REPOST = "hold", "repost"
SLACK = "slack"
# The way out for a workflow whose `slack:` section is read by something else; docs/config.md.
_ANOTHERS = (
    "if the section is another tool's, give slack-wrapper one of its own: module slack: snakefile: "
    'slack_wrapper.rules("slack.smk"), config: {"slack": {"channel": …}}; see "A config that '
    'others read" in docs/config.md'
)
_SEE_ANOTHERS = 'is the section another tool\'s? See "A config that others read" in docs/config.md'
_TOKEN_KEYS = ("token", "slack_token", "bot_token", "api_token")


@dataclass(frozen=True)
class PasswordSources:
    """Where the password may come from besides the prompt.

    Args:
        password_command: shell-like command line; the first line of its output.
        keyring_service: name under which the OS keyring holds it.
        keyring_username: the same; empty for the name of the key file.
    """

    password_command: str | None = None
    keyring_service: str = KEYRING_SERVICE
    keyring_username: str = ""


@dataclass(frozen=True)
class Settings:
    """The `slack:` section without its password, which is kept apart from all that is plain data.

    Args:
        defaults: channel, encrypted_key, thread and on_failure for steps that do not set them.
        sources: where the password may come from.
        base_url: address of the Web API.
        dry_run: compose, validate and write receipts, send nothing.
        enabled: False: receipts say `disabled`, nothing is sent.
        ambiguous: `hold` or `repost` what may or may not be in the channel.
        max_wait: seconds that a post may wait for its turn, or because Slack asks for it.
        upload_timeout: seconds to wait for the answer after an upload; None: grows with the size.
        team_id: ID of the workspace, for a token of an organization; empty: Slack is asked.
        flavor: kind of server behind an incoming webhook.
        quiet: hours in which posts wait; None for none.
        posts: name → parameters of a declarative post.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    sources: PasswordSources = field(default_factory=PasswordSources)
    base_url: str = SLACK_API
    dry_run: bool = False
    enabled: bool = True
    ambiguous: str = HOLD
    max_wait: float = MAX_WAIT
    upload_timeout: float | None = None
    team_id: str = ""
    flavor: str = SLACK
    quiet: QuietHours | None = None
    posts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read(section: Mapping[str, Any] | None) -> Settings:
    """Check the `slack:` section and return it as settings; nothing at all is valid too.

    Raises:
        ConfigError: an unknown key (with the near one), a wrong form, or a plain token.
    """
    section = validated(section or {})
    return settings(section)


def settings(section: Mapping[str, Any]) -> Settings:
    """Return the settings of a section that has been validated.

    Raises:
        ConfigError: a switch in the environment says neither yes nor no.
    """
    keyring = section.get("keyring") or {}
    return Settings(
        defaults={
            key: section[key]
            for key in ("channel", "encrypted_key", "thread", "on_failure")
            if section.get(key) is not None
        },
        sources=PasswordSources(
            password_command=section.get("password_command") or None,
            keyring_service=keyring.get("service") or KEYRING_SERVICE,
            keyring_username=keyring.get("username") or "",
        ),
        base_url=base_url(section.get("base_url")),
        dry_run=_switched(DRY_RUN_VARIABLE, section.get("dry_run", False)),
        enabled=_switched(ENABLED_VARIABLE, section.get("enabled", True)),
        ambiguous=section.get("ambiguous") or HOLD,
        max_wait=float(section.get("max_wait") or MAX_WAIT),
        upload_timeout=float(section["upload_timeout"]) if section.get("upload_timeout") else None,
        quiet=quiet_hours.parse(section["quiet_hours"]) if section.get("quiet_hours") else None,
        team_id=section.get("team_id") or "",
        flavor=section.get("flavor") or SLACK,
        posts=section.get("posts") or {},
    )


def base_url(configured: str | None = None) -> str:
    """Return the address of the Web API, ending in a slash: environment, config, Slack."""
    url = os.environ.get(BASE_URL_VARIABLE) or configured or SLACK_API
    return url if url.endswith("/") else url + "/"


def _switched(variable: str, configured: Any) -> bool:
    """Return what the environment says, else the config."""
    text = os.environ.get(variable, "")
    if not text.strip():
        return bool(configured)
    said = switch(text)
    if said is None:
        raise ConfigError(f"${variable} is neither 1 nor 0", hint="set it to 1 or 0, or unset it")
    return said


def given_password(section: Mapping[str, Any]) -> Secret | None:
    """Return the password of the config, None when it is empty as in librec-auto's files.

    Raises:
        ConfigError: YAML read it as a number, which may have changed it.
    """
    value = section.get("password")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return Secret(value, source="slack.password")
    raise ConfigError(
        "config: slack.password was read as a number, which may have changed it",
        hint='write it in quotes: password: "0012"',
    )


def read_texts(section: Any) -> None:
    """Read texts within a section that stand for switches and numbers, in place."""
    typed(section, _schema())


def validated(section: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a section that fits the schema, its texts read as switches and numbers.

    Raises:
        ConfigError: see `read`.
    """
    if not isinstance(section, Mapping):
        validate(section)
    plain: Mapping[str, Any] = typed(_plain(section), _schema())
    validate(plain)
    return plain


def is_ours(section: Any) -> bool:
    """Whether a `slack:` section may be meant for this package: it has keys of ours only."""
    return isinstance(section, Mapping) and set(section) <= set(_schema()["properties"])


def validate(section: Mapping[str, Any]) -> None:
    """Check the section against the schema.

    Raises:
        ConfigError: see `read`.
    """
    if not isinstance(section, Mapping):
        raise ConfigError(
            "config: slack is not a mapping",
            hint=f"write slack: with its keys below it; {_ANOTHERS}",
        )
    _refuse_token(section)
    schema = _schema()
    plain = _plain(section)
    if not schema_check.fits(plain, schema):
        import jsonschema

        validator = jsonschema.Draft202012Validator(schema)
        errors = sorted(validator.iter_errors(plain), key=lambda error: list(error.path))
        if errors:
            raise _explain(errors[0])
    if section.get("quiet_hours"):
        quiet_hours.parse(section["quiet_hours"])


def _schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return found


def _plain(value: Any) -> Any:
    """Return Snakemake's config containers as the plain ones that jsonschema knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _refuse_token(section: Mapping[str, Any]) -> None:
    for key in _TOKEN_KEYS:
        if key in section:
            raise ConfigError(
                f"config: slack.{key} is not taken, a plain token never belongs in a config",
                hint="encrypt it (slack-wrapper encrypt --key CLEARTEXT --encrypted OUT), set "
                "slack.encrypted_key, and revoke the token if the config was ever shared; "
                f"{_SEE_ANOTHERS}",
            )


def _explain(error: Any) -> ConfigError:
    place = ".".join([SECTION, *(str(part) for part in error.absolute_path)])
    if error.validator == "additionalProperties":
        return _unknown_key(place, error)
    if error.validator == "enum":
        allowed = ", ".join(str(value) for value in error.validator_value)
        return ConfigError(f"config: {place} is not valid", hint=f"it is one of: {allowed}")
    if error.validator == "type":
        kinds = error.validator_value
        kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
        return ConfigError(
            f"config: {place} is not valid", hint=f"it must be: {' or '.join(kinds)}"
        )
    if error.validator == "pattern" and "propertyNames" in error.absolute_schema_path:
        return ConfigError(
            f"config: {place} has a name that cannot be a file name",
            hint="use letters, digits, dash, underscore and dot; the receipt is slack/NAME.json",
        )
    if error.validator == "pattern" and "description" in error.schema:
        return ConfigError(f"config: {place} is not valid", hint=error.schema["description"])
    return ConfigError(f"config: {place} is not valid")


def _unknown_key(place: str, error: Any) -> ConfigError:
    known = list(error.schema.get("properties", {}))
    unknown = sorted(set(error.instance) - set(known))[0]
    hint = _suggest(unknown, known)
    if place != SECTION or hint.startswith("did you mean"):
        return ConfigError(f"config: unknown key {place}.{unknown}", hint=hint)
    if set(error.instance) & set(known):
        hint = f"{hint}; {_SEE_ANOTHERS}"
        return ConfigError(f"config: unknown key {place}.{unknown}", hint=hint)
    return ConfigError(
        f"config: slack has no key of slack-wrapper's, but {unknown}", hint=_ANOTHERS
    )


def _suggest(unknown: str, known: Iterable[str]) -> str:
    known = list(known)
    near = get_close_matches(unknown, known, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are: {', '.join(known)}"
