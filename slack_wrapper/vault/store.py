"""The key file on disk: read, unlock, encrypt, rekey. Every write is atomic."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slack_wrapper import atomic
from slack_wrapper.errors import (
    KeyFileDamaged,
    KeyFileMissing,
    KeyFileNotWritten,
    RequestError,
    WrongPassword,
    os_reason,
)
from slack_wrapper.redact import Secret
from slack_wrapper.vault import aead, format, kdf, legacy
from slack_wrapper.vault.format import KeyFile


@dataclass(frozen=True)
class Stored:
    """A key file as it was found.

    Args:
        path: where it lies.
        data: its bytes.
        parsed: its content, None for a legacy file of librec-auto.
    """

    path: Path
    data: bytes
    parsed: KeyFile | None

    @property
    def legacy(self) -> bool:
        """Whether librec-auto wrote it; such a file should be upgraded."""
        return self.parsed is None


def read(path: str | os.PathLike[str]) -> Stored:
    """Read and parse a key file; nothing is derived.

    Raises:
        KeyFileMissing, KeyFileDamaged, KeyFileTooCostly, KeyFileUnsupported.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(format.MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise KeyFileMissing(f"the key file {path} does not exist") from None
    except OSError as error:
        raise KeyFileMissing(f"the key file {path} cannot be read: {os_reason(error)}") from None
    if legacy.is_legacy(data):
        legacy.created(data, str(path))
        return Stored(path, data, None)
    return Stored(path, data, format.parse(data, str(path)))


def unlock(path: str | os.PathLike[str], password: str) -> Secret:
    """Return the secret of a key file; one key is derived.

    Raises:
        WrongPassword: no password of the file is this one.
        EmptyPassword, KeyFileMissing, KeyFileDamaged, KeyFileTooCostly, KeyFileUnsupported.
    """
    stored = read(path)
    if stored.parsed is None:
        return _secret(legacy.unlock(stored.data, password, str(path)), path)
    return _secret(_open(stored.parsed, password, str(path)), path)


def encrypt_to(
    path: str | os.PathLike[str],
    secret: str,
    password: str,
    *,
    profile: str = kdf.DEFAULT_PROFILE,
) -> None:
    """Encrypt `secret` under a password into a new file, and read it back.

    Raises:
        EmptyPassword, KeyFileNotWritten: an old file at `path` is as it was.
        RequestError: there is no such profile.
    """
    content = KeyFile(format.now(), _costs(profile), os.urandom(kdf.SALT_BYTES), b"")
    key = kdf.derive(password, content.salt, content.costs)
    content = replace(content, sealed=aead.seal(key, secret.encode(), content.header))
    _write(path, content, password, secret)


def rekey(
    path: str | os.PathLike[str],
    password: str,
    new_password: str,
    *,
    secret: str | None = None,
    profile: str = kdf.DEFAULT_PROFILE,
) -> None:
    """Encrypt anew, in today's form, with a new salt; a legacy file is upgraded in place.

    The old file of a legacy upgrade stays as `PATH.bak` until the new one has been opened.

    Args:
        path: the key file.
        password: the one it has.
        new_password: the one it gets; may be the same.
        secret: a new token; None to keep the old one.
        profile: see `kdf.PROFILES`.

    Raises:
        WrongPassword, EmptyPassword, KeyFileError: the file is as it was.
    """
    stored = read(path)
    held = unlock(path, password).reveal()
    backup = Path(f"{path}.bak")
    if stored.legacy:
        _back_up(backup, stored.data)
    encrypt_to(path, secret or held, new_password, profile=profile)
    if stored.legacy:
        backup.unlink(missing_ok=True)


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what can be told of a key file without its password, as plain data.

    Keys: path, scheme, version, kdf, profile, created, age_days, legacy, advice.
    """
    stored = read(path)
    content = stored.parsed
    if content is None:
        created = legacy.created(stored.data, str(path))
        return {
            "path": str(path),
            "scheme": "librec-auto: Fernet (AES-128-CBC, HMAC-SHA256)",
            "version": 0,
            "kdf": f"PBKDF2-HMAC-SHA256, {legacy.ITERATIONS} iterations, fixed salt",
            "profile": None,
            "created": format.format_time(created),
            "age_days": _age(created),
            "legacy": True,
            "advice": f"upgrade it: slack-wrapper rekey {path}",
        }
    profile = _profile(content.costs)
    return {
        "path": str(path),
        "scheme": "AES-256-GCM",
        "version": 1,
        "kdf": f"Argon2id, {content.costs.memory} KiB, {content.costs.passes} passes, "
        f"{content.costs.lanes} lanes",
        "profile": profile,
        "created": format.format_time(content.created),
        "age_days": _age(content.created),
        "legacy": False,
        "advice": f"it protects nothing: slack-wrapper rekey {path}"
        if profile == "test-only"
        else None,
    }


def _open(content: KeyFile, password: str, source: str) -> bytes:
    key = kdf.derive(password, content.salt, content.costs)
    secret = aead.unseal(key, content.sealed, content.header)
    if secret is None:
        # Authenticated encryption cannot tell a wrong password from an altered file.
        raise WrongPassword(f"the password does not open the key file {source}")
    return secret


def _back_up(path: Path, data: bytes) -> None:
    """Write a backup; one that a broken-off upgrade has left is the same and may stay."""
    try:
        in_the_way = path.exists() and path.read_bytes() != data
    except OSError:
        in_the_way = True
    if in_the_way:
        raise KeyFileNotWritten(
            f"{path} is in the way of the backup", hint="move it away, then try again"
        )
    _write_bytes(path, data)


def _secret(secret: bytes, path: str | os.PathLike[str]) -> Secret:
    try:
        return Secret(secret.decode("utf-8").strip())
    except UnicodeDecodeError:
        raise KeyFileDamaged(f"the key file {path} holds no text") from None


def _write(path: str | os.PathLike[str], content: KeyFile, password: str, secret: str) -> None:
    """Write the file only after its bytes have been parsed and opened as a reader would."""
    data = content.to_bytes()
    if _open(format.parse(data, str(path)), password, str(path)) != secret.encode():
        raise KeyFileNotWritten(f"the new key file {path} does not hold what it should")
    _write_bytes(Path(path), data)
    if read(path).data != data:
        raise KeyFileNotWritten(f"the key file {path} reads back differently")


def _write_bytes(path: Path, data: bytes) -> None:
    try:
        atomic.write(path, data, mode=0o600)
    except OSError as error:
        raise KeyFileNotWritten(
            f"the key file {path} cannot be written: {os_reason(error)}"
        ) from None


def _costs(profile: str) -> kdf.Costs:
    if profile in kdf.PROFILES:
        return kdf.PROFILES[profile]
    raise RequestError(
        f"there is no profile {profile}", hint=f"the profiles are: {', '.join(kdf.PROFILES)}"
    )


def _profile(costs: kdf.Costs) -> str | None:
    return next((name for name, entry in kdf.PROFILES.items() if entry == costs), None)


def _age(created: datetime) -> int:
    return max(0, (datetime.now(UTC) - created).days)
