"""The password chain: given, environment, command, OS keyring, prompt; each file opened once.

A source that was named on purpose is believed: when its password does not fit, that is an error,
not a reason to try the next one.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.config import PasswordSources
from slack_wrapper.errors import NoPassword, PasswordError, WrongPassword
from slack_wrapper.vault.keyfile import store
from slack_wrapper.vault.passwords import keyring as os_keyring
from slack_wrapper.vault.passwords import sources as password_sources
from slack_wrapper.vault.passwords.prompt import from_prompt

PROMPTS = 3  # one, and two more after a wrong password


class PasswordChain:
    """Finds the password of key files and opens each of them once.

    Safe to share between the threads of a session: one key is derived, one prompt shown at a time.

    Args:
        sources: the command and the keyring entry of the config.
        given: a password from the config or command line.
        interactive: whether a person may be asked.
    """

    def __init__(
        self,
        sources: PasswordSources,
        *,
        given: Secret | None = None,
        interactive: bool = True,
    ) -> None:
        self._sources = sources
        self._given = given
        self._environment = password_sources.from_environment()
        self._interactive = interactive
        self._fitting: list[Secret] = []
        self._opened: dict[Path, Secret] = {}
        self._failed: dict[Path, PasswordError] = {}
        self._lock = threading.Lock()

    def unlock(self, path: str | os.PathLike[str], *, ask: bool = True) -> Secret:
        """Return the token that a key file holds.

        Args:
            path: of the key file.
            ask: whether a person may be asked.

        Raises:
            NoPassword: no source has one and nobody can be asked; says what each source answered.
            WrongPassword: the password found does not fit.
            PasswordError, KeyFileError: as they say.
        """
        place = Path(path).absolute()
        with self._lock:
            if place in self._failed:
                raise self._failed[place]  # nobody is asked twice, no command waited for again
            if place not in self._opened:
                stored = store.read(path)  # a bad file is told before anybody is asked
                try:
                    self._opened[place] = self._open(path, ask and self._interactive)
                except PasswordError as error:
                    if ask or not isinstance(error, NoPassword):
                        self._failed[place] = error
                    raise
                if stored.legacy:
                    console.warn(
                        f"the key file {path} is one of librec-auto, whose "
                        f"protection is weak; upgrade it with: slack-wrapper rekey {path}"
                    )
            return self._opened[place]

    def new(self) -> Secret:
        """Return a password to encrypt under: the one the sources give, else asked for twice.

        The keyring is not asked: its entry belongs to the file that is about to be replaced.

        Raises:
            NoPassword: no source has one, and nobody can be asked.
            PasswordError: as it says.
        """
        password = self._given or self._environment
        if password is None and self._sources.password_command:
            password = password_sources.from_command(self._sources.password_command)
        if password is None and self._interactive:
            password = from_prompt("New password for the key file: ", confirm=True)
        if password is None:
            raise NoPassword("there is no password to encrypt under, and no terminal to ask at")
        return password

    def remember(self, password: Secret) -> None:
        """Try this password first for files that are opened from now on."""
        with self._lock:
            self._fitting.insert(0, password)
            self._failed.clear()

    def _open(self, path: str | os.PathLike[str], ask: bool) -> Secret:
        for known in self._fitting:
            try:
                return store.unlock(path, known.reveal())
            except WrongPassword:
                continue
        password, source = self._find(path)
        if password is None:
            return self._ask(path, source, ask)
        try:
            token = store.unlock(path, password.reveal())
        except WrongPassword:
            raise WrongPassword(
                f"the password from {source} does not open the key file {path}"
            ) from None
        self._fitting.append(password)
        return token

    def _find(self, path: str | os.PathLike[str]) -> tuple[Secret | None, str]:
        """Return the first password and its source, or None and what the keyring answered."""
        if self._given:
            return self._given, self._given.source or "the config"
        if self._environment:
            return self._environment, f"${password_sources.VARIABLE}"
        if self._sources.password_command:
            return (
                password_sources.from_command(self._sources.password_command),
                "slack.password_command",
            )
        service, username = self._sources.keyring_service, keyring_username(self._sources, path)
        try:
            password = os_keyring.from_keyring(service, username)
        except PasswordError as error:
            return None, error.message
        if password:
            return password, f"the keyring (service {service}, username {username})"
        return None, f"the keyring has no entry for service {service}, username {username}"

    def _ask(self, path: str | os.PathLike[str], keyring_said: str, ask: bool) -> Secret:
        for left in reversed(range(PROMPTS)):
            password = from_prompt(f"Password for {path}: ") if ask else None
            if password is None:
                raise NoPassword(
                    f"there is no password for the key file {path}: {keyring_said}, and "
                    + ("there is no terminal to ask at" if ask else "nobody is asked now"),
                    hint=NoPassword.default_hint.replace(
                        "keyring set", f"keyring set --key-file {path}"
                    ),
                )
            try:
                token = store.unlock(path, password.reveal())
            except WrongPassword:
                if not left:
                    raise
                console.tell(f"wrong password, {left} more to try")
                continue
            self._fitting.append(password)
            return token
        raise AssertionError("the last prompt returns or raises")


def keyring_username(sources: PasswordSources, path: str | os.PathLike[str]) -> str:
    """Return the name of the keyring entry: the configured one, else the key file's full path."""
    return sources.keyring_username or str(Path(path).resolve())
