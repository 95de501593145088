"""The key file as a whole: unlock, encrypt, rekey, describe. Names are added in `sharing`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import KeyFileDamaged, KeyFileError, KeyFileNotWritten, RequestError
from slack_wrapper.vault.keyfile import description, disk, kdf, legacy, sealing, sharing
from slack_wrapper.vault.keyfile.disk import Stored, read
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile

__all__ = ["Stored", "describe", "encrypt_to", "read", "rekey", "unlock"]


def unlock(path: str | os.PathLike[str], password: str) -> Secret:
    """Return the secret of a key file; one key is derived, however many names it has.

    Raises:
        WrongPassword: no password of the file is this one.
        PasswordError: the password is empty or no text.
        KeyFileMissing, KeyFileDamaged, KeyFileTooCostly, KeyFileUnsupported.
    """
    stored = read(path)
    if stored.parsed is None:
        return _secret(legacy.unlock(stored.data, password, str(path)), path)
    return _secret(sealing.secret_of(stored.parsed, password, str(path)), path)


def encrypt_to(
    path: str | os.PathLike[str],
    secret: str,
    password: str,
    *,
    profile: str = kdf.DEFAULT_PROFILE,
) -> None:
    """Encrypt `secret` under one password into a new file (version 1), and read it back.

    Raises:
        PasswordError, KeyFileNotWritten: an old file at `path` is as it was; so it is when it has
            names, whose access would end with it.
        RequestError: there is no such profile.
    """
    costs = _costs(profile)
    disk.check_target(path)
    _keep_names(path)
    _encrypt(Path(path), secret, password, costs)


def rekey(
    path: str | os.PathLike[str],
    password: str,
    new_password: str,
    *,
    secret: str | None = None,
    profile: str | None = None,
) -> None:
    """Encrypt anew: a new salt, or for several names a new data key; a legacy file is upgraded.

    The old file of a legacy upgrade stays as `PATH.bak` until the new one has been opened.

    Args:
        path: the key file.
        password: the one it has; with names, that of one of them.
        new_password: the one it, or that name, gets; may be the same.
        secret: a new token; None to keep the old one.
        profile: see `kdf.PROFILES`; None for the default, or with several names for what they have.

    Raises:
        RequestError: several names share other costs than `profile` has.
        WrongPassword, PasswordError, KeyFileError: the file is as it was.
    """
    stored = read(path)
    if isinstance(stored.parsed, NamedKeyFile):
        costs = _costs(profile) if profile else None
        sharing.rekey(
            stored.path,
            stored.parsed,
            password=password,
            new_password=new_password,
            secret=secret,
            costs=costs,
        )
        return
    held = unlock(path, password).reveal()
    backup = Path(f"{path}.bak")
    if stored.legacy:
        disk.back_up(backup, stored.data)
    _encrypt(stored.path, secret or held, new_password, _costs(profile or kdf.DEFAULT_PROFILE))
    if stored.legacy:
        backup.unlink(missing_ok=True)


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what can be told of a key file without its password: see `description.describe`."""
    return description.describe(read(path))


def _encrypt(path: Path, secret: str, password: str, costs: kdf.Costs) -> None:
    content = sealing.seal(secret.encode(), password, costs, str(path))
    disk.write(path, content, (password,), secret.encode())


def _keep_names(path: str | os.PathLike[str]) -> None:
    try:
        names = read(path).names
    except KeyFileError:  # nothing there, or nothing that opens
        return
    if names:
        raise KeyFileNotWritten(
            f"the key file {path} opens with the passwords of {', '.join(names)}, which would "
            "end here",
            hint=f"put a new token in with: slack-wrapper rekey {path} --key CLEARTEXT; or delete "
            "the file first",
        )


def _secret(secret: bytes, path: str | os.PathLike[str]) -> Secret:
    try:
        return Secret(secret.decode("utf-8").strip())
    except UnicodeDecodeError:
        raise KeyFileDamaged(f"the key file {path} holds no text") from None


def _costs(profile: str) -> kdf.Costs:
    if profile in kdf.PROFILES:
        return kdf.PROFILES[profile]
    raise RequestError(
        f"there is no profile {profile}", hint=f"the profiles are: {', '.join(kdf.PROFILES)}"
    )
