"""The OS keyring as a source of passwords: only backends that are known to encrypt are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import KeyringInsecure, KeyringLocked, KeyringUnavailable

KEYRING_SECONDS = 60.0  # a locked keyring may ask in a window, at which perhaps nobody sits
# Backends of the keyring package that encrypt what they store, by module. Others, such as those
# of keyrings.alt, write plain text without saying so.
ENCRYPTING_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_ABSENT_BACKENDS = ("keyring.backends.fail", "keyring.backends.null")


def from_keyring(service: str, username: str) -> Secret | None:
    """Return the password of an entry of the OS keyring, None if there is no such entry.

    Raises:
        KeyringUnavailable: no keyring answers.
        KeyringLocked: it is there but locked.
        KeyringInsecure: the backend is not known to encrypt.
    """
    password = keyring_call("get_password", service, username)
    return Secret(password) if password else None


def keyring_call(action: str, *args: str) -> Any:
    """Call `get_password`, `set_password` or `delete_password` of an accepted backend.

    Raises:
        KeyringUnavailable, KeyringLocked, KeyringInsecure: see `from_keyring`.
        keyring.errors.PasswordDeleteError: there was nothing to delete.
    """
    import keyring.errors

    backend = keyring_backend()
    named = f"the keyring ({backend_name(backend)})"
    try:
        return _bounded(getattr(backend, action), *args)
    except TimeoutError:
        raise KeyringLocked(
            f"{named} has not answered for {KEYRING_SECONDS:.0f} s; "
            "it may be locked and ask for its password in a window"
        ) from None
    except keyring.errors.KeyringLocked:
        raise KeyringLocked(f"{named} is locked") from None
    except keyring.errors.InitError as error:
        # What SecretService raises when nobody is there to unlock its collection.
        raise KeyringLocked(f"{named} cannot be opened: {_lower(error)}") from None
    except keyring.errors.PasswordDeleteError:
        raise
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
        raise KeyringUnavailable(f"{named} does not answer: {_lower(error)}") from None
    except Exception as error:  # noqa: BLE001 - D-Bus libraries raise their own kinds
        raise KeyringUnavailable(f"{named} failed: {type(error).__name__}") from None


def keyring_backend() -> Any:
    """Return the keyring backend that will be used, if it is known to encrypt.

    Raises:
        KeyringUnavailable: there is none.
        KeyringInsecure: it is not known to encrypt.
    """
    import keyring
    import keyring.errors

    try:
        backend: Any = _bounded(keyring.get_keyring)
        members = list(getattr(backend, "backends", [])) or [backend]
    except (keyring.errors.KeyringError, RuntimeError, ImportError, OSError) as error:
        raise KeyringUnavailable(f"there is no usable keyring: {_lower(error)}") from None
    except Exception as error:  # noqa: BLE001 - a backend that is looked for may raise anything
        raise KeyringUnavailable(
            f"there is no usable keyring: {type(error).__name__} while looking for it"
        ) from None
    accepted = [member for member in members if _module(member) in ENCRYPTING_BACKENDS]
    if accepted:
        return accepted[0]
    insecure = [member for member in members if _module(member) not in _ABSENT_BACKENDS]
    if insecure:
        raise KeyringInsecure(
            f"the keyring backend {backend_name(insecure[0])} is not known to encrypt"
        )
    raise KeyringUnavailable(f"no keyring answers (backend {backend_name(members[0])})")


def backend_name(backend: Any) -> str:
    """Return the name that keyring gives a backend, such as `SecretService Keyring`."""
    return str(getattr(backend, "name", type(backend).__name__))


def _bounded(call: Callable[..., Any], *args: str) -> Any:
    """Return what a call returns, or raises; its thread is left alone when it takes too long.

    Raises:
        TimeoutError: it has not ended in time.
    """
    ended: list[tuple[Any, Exception | None]] = []

    def work() -> None:
        try:
            ended.append((call(*args), None))
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
            ended.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    if not ended:
        raise TimeoutError(f"no answer for {KEYRING_SECONDS:.0f} s")
    found, error = ended[0]
    if error is not None:
        raise error
    return found


def _module(backend: Any) -> str:
    return type(backend).__module__


def _lower(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".").lower()
