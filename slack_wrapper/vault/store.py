"""The key file on disk: read, unlock, encrypt, change its passwords. Every write is atomic."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
)
from slack_wrapper.redact import Secret
from slack_wrapper.vault import aead, format, kdf, legacy  # noqa: A004 - `format` is the module
from slack_wrapper.vault.format import KeyFile, Slot


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


@dataclass(frozen=True)
class _Opened:
    slot: Slot
    password_key: bytes
    data_key: bytes
    secret: bytes


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
        reason = (error.strerror or type(error).__name__).lower()
        raise KeyFileMissing(f"the key file {path} cannot be read: {reason}") from None
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
    return _secret(_open(stored.parsed, password, str(path)).secret, path)


def encrypt_to(
    path: str | os.PathLike[str],
    secret: str,
    password: str,
    *,
    profile: str = kdf.DEFAULT_PROFILE,
    name: str = format.DEFAULT_NAME,
) -> None:
    """Encrypt `secret` under one password into a new file, and read it back.

    Raises:
        EmptyPassword, KeyFileNotWritten: an old file at `path` is as it was.
        RequestError: the profile or name is not known or valid.
    """
    format.check_name(name)
    costs = _costs(profile)
    salt = os.urandom(kdf.SALT_BYTES)
    password_key = kdf.derive(password, salt, costs)
    created = format.now()
    content = _seal(secret, created, costs, salt, {name: (created, password_key)})
    _write(path, content, password, secret)


def add_password(path: str | os.PathLike[str], password: str, name: str, new_password: str) -> None:
    """Let a further named password open the file; the file's other passwords stay.

    Raises:
        RequestError: the name is taken, or the file is a legacy one.
        WrongPassword, EmptyPassword, KeyFileError.
    """
    format.check_name(name)
    content = _current(path)
    if name in {slot.name for slot in content.slots}:
        raise RequestError(
            f"{path} has a password named {name} already",
            hint=f"remove it first: slack-wrapper encrypt --encrypted {path} --remove {name}",
        )
    opened = _open(content, password, str(path))
    created = format.now()
    new_key = kdf.derive(new_password, content.salt, content.costs)
    slot = _wrap(content.preamble, name, created, new_key, opened.data_key)
    slots = tuple(sorted((*content.slots, slot), key=lambda entry: entry.name))
    changed = _reseal(replace(content, slots=slots), opened.data_key, opened.secret)
    _write(path, changed, new_password, opened.secret.decode())


def remove_password(path: str | os.PathLike[str], password: str, name: str) -> None:
    """Take a named password off the file.

    Whoever had it may have kept the token or an old copy of the file: only a new token ends that.

    Args:
        password: any password of the file that stays.

    Raises:
        RequestError: there is no such name, it is the last one, or it is that of `password`.
        WrongPassword, KeyFileError.
    """
    content = _current(path)
    if name not in {slot.name for slot in content.slots}:
        raise RequestError(
            f"{path} has no password named {name}",
            hint=f"its names are: {', '.join(slot.name for slot in content.slots)}",
        )
    opened = _open(content, password, str(path))
    if opened.slot.name == name:
        raise RequestError(
            f"the password given is the one named {name} itself",
            hint="give another password of the file, one that stays",
        )
    slots = tuple(slot for slot in content.slots if slot.name != name)
    changed = _reseal(replace(content, slots=slots), opened.data_key, opened.secret)
    _write(path, changed, password, opened.secret.decode())


def replace_secret(path: str | os.PathLike[str], password: str, secret: str) -> None:
    """Put a new token under the passwords that the file has.

    Raises:
        RequestError: the file is a legacy one.
        WrongPassword, KeyFileError.
    """
    content = _current(path)
    opened = _open(content, password, str(path))
    changed = _reseal(replace(content), opened.data_key, secret.encode())
    _write(path, changed, password, secret)


def rekey(
    path: str | os.PathLike[str],
    password: str,
    new_password: str,
    *,
    profile: str = kdf.DEFAULT_PROFILE,
) -> None:
    """Encrypt the same secret anew: new password, today's form and profile, new salt and data key.

    A legacy file is kept as `PATH.bak` until the new one has been opened.

    Raises:
        RequestError: the file has further names, whose passwords would be lost.
        WrongPassword, EmptyPassword, KeyFileError: the file is as it was.
    """
    stored = read(path)
    name = format.DEFAULT_NAME
    if stored.parsed is not None:
        if len(stored.parsed.slots) > 1:
            names = ", ".join(slot.name for slot in stored.parsed.slots)
            raise RequestError(
                f"{path} has several passwords ({names}), which a new one would lock out",
                hint="remove the others first, rekey, then add them again: "
                f"slack-wrapper encrypt --encrypted {path} --remove NAME",
            )
        name = stored.parsed.slots[0].name
    secret = unlock(path, password).reveal()
    backup = Path(f"{path}.bak")
    if stored.legacy:
        _write_bytes(backup, stored.data)
    encrypt_to(path, secret, new_password, profile=profile, name=name)
    if stored.legacy:
        backup.unlink(missing_ok=True)


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what can be told of a key file without its password, as plain data.

    Keys: path, scheme, version, kdf, profile, created, age_days, passwords, legacy, advice.
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
            "passwords": [],
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
        "passwords": [
            {"name": slot.name, "created": format.format_time(slot.created)}
            for slot in content.slots
        ],
        "legacy": False,
        "advice": f"it protects nothing: slack-wrapper rekey {path}"
        if profile == "test-only"
        else None,
    }


def _current(path: str | os.PathLike[str]) -> KeyFile:
    stored = read(path)
    if stored.parsed is None:
        raise RequestError(
            f"{path} is a legacy file of librec-auto, which holds one password only",
            hint=f"upgrade it first: slack-wrapper rekey {path}",
        )
    return stored.parsed


def _open(content: KeyFile, password: str, source: str) -> _Opened:
    password_key = kdf.derive(password, content.salt, content.costs)
    for slot in content.slots:
        bound = content.preamble + format.slot_head(slot).encode("ascii")
        data_key = aead.unseal(password_key, slot.wrapped, bound)
        if data_key is None:
            continue
        secret = aead.unseal(data_key, content.sealed, content.header)
        if secret is None:
            raise KeyFileDamaged(f"the key file {source} is damaged: its parts do not fit together")
        return _Opened(slot, password_key, data_key, secret)
    raise WrongPassword(f"the password does not open the key file {source}")


def _seal(
    secret: str,
    created: datetime,
    costs: kdf.Costs,
    salt: bytes,
    passwords: Mapping[str, tuple[datetime, bytes]],
) -> KeyFile:
    data_key = os.urandom(kdf.KEY_BYTES)
    empty = KeyFile(created, costs, salt, (), b"")
    slots = tuple(
        _wrap(empty.preamble, name, added, key, data_key)
        for name, (added, key) in sorted(passwords.items())
    )
    return _reseal(replace(empty, slots=slots), data_key, secret.encode())


def _wrap(
    preamble: bytes, name: str, created: datetime, password_key: bytes, data_key: bytes
) -> Slot:
    head = format.slot_head(Slot(name, created, b"")).encode("ascii")
    return Slot(name, created, aead.seal(password_key, data_key, preamble + head))


def _reseal(content: KeyFile, data_key: bytes, secret: bytes) -> KeyFile:
    return replace(content, sealed=aead.seal(data_key, secret, content.header))


def _secret(secret: bytes, path: str | os.PathLike[str]) -> Secret:
    try:
        return Secret(secret.decode("utf-8").strip())
    except UnicodeDecodeError:
        raise KeyFileDamaged(f"the key file {path} holds no text") from None


def _write(path: str | os.PathLike[str], content: KeyFile, password: str, secret: str) -> None:
    """Write the file only after its bytes have been parsed and opened as a reader would."""
    data = content.to_bytes()
    opened = _open(format.parse(data, str(path)), password, str(path))
    if opened.secret != secret.encode():
        raise KeyFileNotWritten(f"the new key file {path} does not hold what it should")
    _write_bytes(Path(path), data)
    if read(path).data != data:
        raise KeyFileNotWritten(f"the key file {path} reads back differently")


def _write_bytes(path: Path, data: bytes) -> None:
    try:
        atomic.write(path, data, mode=0o600)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise KeyFileNotWritten(f"the key file {path} cannot be written: {reason}") from None


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
