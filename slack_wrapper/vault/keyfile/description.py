"""What a key file tells without its password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_wrapper.common.text import counted
from slack_wrapper.vault.keyfile import kdf, legacy, lines
from slack_wrapper.vault.keyfile.disk import Stored
from slack_wrapper.vault.keyfile.format import KeyFile
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile


def describe(stored: Stored) -> dict[str, Any]:
    """Return it as plain data.

    Keys: path, scheme, version, kdf, profile, created, age_days, legacy, names, advice. `names` is
    a list of {name, created}, empty for a file with one password.
    """
    if stored.parsed is None:
        return _of_legacy(stored)
    content = stored.parsed
    named = isinstance(content, NamedKeyFile)
    profile = profile_name(content.costs)
    return {
        "path": str(stored.path),
        "scheme": "AES-256-GCM, X25519 for each name" if named else "AES-256-GCM",
        "version": 2 if named else 1,
        "kdf": f"Argon2id, {content.costs.memory} KiB, {_passes(content.costs.passes)}, "
        f"{counted(content.costs.lanes, 'lane')}",
        "profile": profile,
        "created": lines.format_time(content.created),
        "age_days": _age(content.created),
        "legacy": False,
        "names": _names(content),
        "advice": f"it protects nothing: slack-wrapper rekey {stored.path}"
        if profile == "test-only"
        else None,
    }


def _passes(number: int) -> str:
    return "1 pass" if number == 1 else f"{number} passes"


def profile_name(costs: kdf.Costs) -> str | None:
    """Return the name of the profile that has these costs, or None."""
    return next((name for name, entry in kdf.PROFILES.items() if entry == costs), None)


def _of_legacy(stored: Stored) -> dict[str, Any]:
    created = legacy.created(stored.data, str(stored.path))
    return {
        "path": str(stored.path),
        "scheme": "librec-auto: Fernet (AES-128-CBC, HMAC-SHA256)",
        "version": 0,
        "kdf": f"PBKDF2-HMAC-SHA256, {legacy.ITERATIONS} iterations, fixed salt",
        "profile": None,
        "created": lines.format_time(created),
        "age_days": _age(created),
        "legacy": True,
        "names": [],
        "advice": f"upgrade it: slack-wrapper rekey {stored.path}",
    }


def _names(content: KeyFile | NamedKeyFile) -> list[dict[str, str]]:
    if not isinstance(content, NamedKeyFile):
        return []
    return [
        {"name": line.name, "created": lines.format_time(line.created)} for line in content.names
    ]


def _age(created: datetime) -> int:
    return max(0, (datetime.now(UTC) - created).days)
