"""Every error a user can meet, in one tree; each leaf carries a remedy.

    SlackWrapperError
    ├── UsageError                 what was asked for cannot be meant
    │   ├── ConfigError            the `slack:` section of the config
    │   ├── RequestError           the parameters of a step or command
    │   └── MissingExtra           an optional dependency is not installed
    ├── KeyFileError               the encrypted key file
    │   ├── KeyFileMissing
    │   ├── KeyFileDamaged
    │   ├── KeyFileTooCostly
    │   ├── KeyFileUnsupported
    │   └── KeyFileNotWritten
    ├── PasswordError              the password that opens it
    │   ├── NoPassword
    │   ├── EmptyPassword
    │   ├── WrongPassword
    │   ├── PasswordCommandFailed
    │   ├── PasswordFileUnreadable
    │   ├── KeyringLocked
    │   ├── KeyringUnavailable
    │   └── KeyringInsecure
    ├── TokenError                 what the key file holds
    │   ├── NoToken
    │   └── TokenMalformed
    ├── FileError                  a file to be posted
    │   ├── FileMissing
    │   ├── FileEmpty
    │   ├── FileTooLarge
    │   ├── FileUnreadable
    │   └── FileChanged
    ├── SlackError                 what Slack, or the way to it, answered
    │   ├── SlackRefused           permanent: the same call fails again
    │   ├── SlackUnavailable       transient: nothing was done, a later try may pass
    │   │   └── RateLimited
    │   └── SlackAmbiguous         the call may or may not have been carried out
    ├── ApprovalError              the answer to a question
    │   ├── ApprovalRejected
    │   └── ApprovalTimedOut
    ├── SnakemakeDiffers           a release of Snakemake that is not as the others are
    ├── StepBlocked                a step that could not succeed, known before the run
    ├── OutputUnwritable           what a command prints cannot be written
    ├── LedgerUnusable             a post cannot be written down before or after it is sent
    │   └── StateUnreadable        what was written down cannot be read
    └── SessionError               the session that steps share
        ├── SessionUnreachable
        └── SessionProtocolError

An error prints as one lower-case line that says what happened to what, then `hint:` and the
remedy.
"""

from __future__ import annotations

import enum
from pathlib import Path

__all__ = [
    "ApprovalError",
    "ApprovalRejected",
    "ApprovalTimedOut",
    "ConfigError",
    "EmptyPassword",
    "FileChanged",
    "FileEmpty",
    "FileError",
    "FileMissing",
    "FileTooLarge",
    "FileUnreadable",
    "KeyFileDamaged",
    "KeyFileError",
    "KeyFileMissing",
    "KeyFileNotWritten",
    "KeyFileTooCostly",
    "KeyFileUnsupported",
    "KeyringInsecure",
    "KeyringLocked",
    "KeyringUnavailable",
    "LedgerUnusable",
    "MissingExtra",
    "NoPassword",
    "NoToken",
    "OutputUnwritable",
    "PasswordCommandFailed",
    "PasswordError",
    "PasswordFileUnreadable",
    "RateLimited",
    "RequestError",
    "SessionError",
    "SessionProtocolError",
    "SessionUnreachable",
    "SlackAmbiguous",
    "SlackError",
    "SlackRefused",
    "SlackUnavailable",
    "SlackWrapperError",
    "SnakemakeDiffers",
    "StateUnreadable",
    "StepBlocked",
    "TokenError",
    "TokenMalformed",
    "UsageError",
    "WrongPassword",
]


def os_reason(error: OSError) -> str:
    """Return why the system refused something, for the end of an error's line."""
    reason = error.strerror or type(error).__name__
    return reason[:1].lower() + reason[1:]


class SlackWrapperError(Exception):
    """Base of all errors of this package.

    Args:
        message: one lower-case line, no final period, naming the file, channel or rule concerned.
        hint: the remedy for this case; without it the class's own `default_hint`.
    """

    default_hint = ""
    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint if hint is not None else self.default_hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class UsageError(SlackWrapperError):
    """What was asked for cannot be meant; nothing was done."""

    exit_code = 2


class ConfigError(UsageError):
    """The `slack:` section of the config is not valid."""

    default_hint = "see docs/config.md for every key of the `slack:` section"


class RequestError(UsageError):
    """The parameters of a step or command are not valid."""

    default_hint = "see docs/steps.md for the parameters of a step"


class SnakemakeDiffers(SlackWrapperError):
    """This release of Snakemake does not have what others have; see `snakemake_adapter`."""

    default_hint = "use a release of Snakemake that docs/versions.md names"


class MissingExtra(UsageError):
    """A feature needs an optional dependency that is not installed."""

    default_hint = "install it with: pip install 'snakemake-slack-wrapper[sandbox]'"


class KeyFileError(SlackWrapperError):
    """Something is wrong with the encrypted key file."""


class KeyFileMissing(KeyFileError):
    """The encrypted key file does not exist or cannot be read."""

    default_hint = (
        "paths are relative to the working directory; make the file with: "
        "slack-wrapper encrypt --key CLEARTEXT --encrypted OUT"
    )


class KeyFileDamaged(KeyFileError):
    """The encrypted key file is truncated, altered or no key file at all."""

    default_hint = "restore it from version control, or encrypt the key again"


class KeyFileTooCostly(KeyFileError):
    """The file asks for more memory or time than this package will spend on it."""

    default_hint = "the file was not made by slack-wrapper; restore it from version control"


class KeyFileUnsupported(KeyFileError):
    """The file has a version that this release does not know."""

    default_hint = "upgrade with: pip install --upgrade snakemake-slack-wrapper"


class KeyFileNotWritten(KeyFileError):
    """The new key file could not be written; an old one is as it was."""

    default_hint = "check that the folder exists, is writable and has free space"


class PasswordError(SlackWrapperError):
    """The password could not be had or does not fit."""


class NoPassword(PasswordError):
    """No source gave a password and nobody can be asked."""

    default_hint = (
        "store it once with `slack-wrapper keyring set`, set slack.password_command, put it into "
        "$SLACK_WRAPPER_PASSWORD (CI), or run from a terminal to be prompted; see "
        "docs/unattended.md"
    )


class EmptyPassword(PasswordError):
    """An empty password protects nothing."""

    default_hint = "choose a password of several words; it guards a file that anyone can read"


class WrongPassword(PasswordError):
    """The password does not open the key file."""

    default_hint = (
        "check which password this file was encrypted under; "
        "`slack-wrapper keyring check` tells what the keyring holds"
    )


class PasswordCommandFailed(PasswordError):
    """`password_command` failed or printed nothing."""

    default_hint = "run the command by hand; its first line of output must be the password"


class PasswordFileUnreadable(PasswordError):
    """The file given with --password-file cannot be read."""

    default_hint = "its first line must be the password, and you must be allowed to read it"


class KeyringLocked(PasswordError):
    """The OS keyring is there but locked."""

    default_hint = "unlock it (log in at the desktop), or use slack.password_command"


class KeyringUnavailable(PasswordError):
    """No OS keyring answers."""

    default_hint = "use slack.password_command, or run from a terminal to be prompted"


class KeyringInsecure(PasswordError):
    """The keyring backend is not known to encrypt what it stores."""

    default_hint = "configure an encrypting backend (Secret Service, KWallet, macOS Keychain)"


class TokenError(SlackWrapperError):
    """The decrypted key cannot be used."""


class NoToken(TokenError):
    """Neither an encrypted key nor $SLACK_BOT_TOKEN is there."""

    default_hint = (
        "set slack.encrypted_key (or the step's encrypted_key) to the encrypted key file; "
        "make one with: slack-wrapper encrypt --key CLEARTEXT --encrypted keys/slack-api.enc"
    )


class TokenMalformed(TokenError):
    """The key does not look like a Slack token or webhook URL."""

    default_hint = "a bot token starts with xoxb-; a webhook with https://hooks.slack.com/services/"


class FileError(SlackWrapperError):
    """A file cannot be posted; nothing was sent."""


class FileMissing(FileError):
    """The file does not exist."""

    default_hint = "paths are relative to the working directory; make the file an input of the step"


class FileEmpty(FileError):
    """Slack refuses files of 0 bytes."""

    default_hint = "check the rule that makes the file; Slack refuses empty files"


class FileTooLarge(FileError):
    """The file is over Slack's limit of 1 GB."""

    default_hint = "compress or split it, or post a link to where it is stored"


class FileUnreadable(FileError):
    """The file is there but cannot be read, or is no regular file."""

    default_hint = "check its permissions; folders have to be packed into one file first"


class FileChanged(FileError):
    """The file changed while it was uploaded; the upload was abandoned.

    Args:
        message: see `SlackWrapperError`.
        path: of the file.
        hint: see `SlackWrapperError`.
    """

    default_hint = "make the step depend on the rule that writes the file, so that it is finished"

    def __init__(self, message: str, *, path: Path | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class SlackError(SlackWrapperError):
    """Slack, or the way to it, said no.

    Args:
        message: see `SlackWrapperError`.
        code: Slack's error code such as `channel_not_found`, or a word of ours for the network.
        method: the Web API method, such as `chat.postMessage`.
    """

    def __init__(
        self, message: str, *, code: str = "", method: str = "", hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.method = method


class SlackRefused(SlackError):
    """A permanent refusal: the same call would fail again."""

    default_hint = "look the code up in docs/slack-errors.md"


class SlackUnavailable(SlackError):
    """Transient trouble; nothing was done, a later try may pass."""

    default_hint = "check the network and https://slack-status.com; the step can be run again"


class RateLimited(SlackUnavailable):
    """Slack asks to wait.

    Args:
        retry_after: seconds to wait, from the `Retry-After` header.
    """

    default_hint = "post less often: one message instead of many, or `--resources slack=1`"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        code: str = "ratelimited",
        method: str = "",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, method=method, hint=hint)
        self.retry_after = retry_after


class Ambiguity(enum.Enum):
    """Why it is unclear whether a call was carried out; decides how long to look for its effect."""

    # The call arrived, and the wait for its end was given up: by us, by a server in between (HTTP
    # 408, 504), or by a part of Slack (`internal_error`). Slack may carry it out minutes later.
    TIMED_OUT = "timed_out"
    # The connection was reset or closed after the call, or a part of it, was sent.
    CUT_OFF = "cut_off"
    # Somebody answered who is not Slack's API: a proxy, a portal, an error page, half an answer.
    FOREIGN = "foreign"


class SlackAmbiguous(SlackError):
    """The call may or may not have been carried out; it must not be repeated blindly.

    Args:
        message: see `SlackWrapperError`.
        kind: why it is unclear; by default the kind that asks for the most patience.
        code: see `SlackError`.
        method: the same.
        hint: see `SlackWrapperError`.
        again_in: seconds after which Slack can be asked once more whether it was carried out; None
            when asking again would tell no more, so that a person has to look.
    """

    default_hint = "look into the channel; if the message is not there, run the step again"

    def __init__(
        self,
        message: str,
        *,
        kind: Ambiguity = Ambiguity.TIMED_OUT,
        code: str = "",
        method: str = "",
        hint: str | None = None,
        again_in: float | None = None,
    ) -> None:
        super().__init__(message, code=code, method=method, hint=hint)
        self.kind = kind
        self.again_in = again_in


class ApprovalError(SlackWrapperError):
    """The answer to a question fails its step."""


class ApprovalRejected(ApprovalError):
    """Somebody who may has said no."""

    default_hint = (
        "run the step again to repeat the question; on_reject: skip writes a receipt instead"
    )


class ApprovalTimedOut(ApprovalError):
    """Nobody who may has answered in time."""

    default_hint = (
        "run the step again to repeat the question; time_limit gives more time, "
        "on_timeout: skip writes a receipt instead"
    )


class StepBlocked(SlackWrapperError):
    """A step of the run could not succeed; the run ends before its first job."""

    default_hint = "see the lines marked ✗; on_failure: warn lets the run continue without the post"


class OutputUnwritable(SlackWrapperError):
    """What a command prints cannot be written; what it was asked for has been done."""

    default_hint = "check where the output goes; what the command was asked for has been done"


class LedgerUnusable(SlackWrapperError):
    """A post cannot be written down, before it is sent or for later."""

    default_hint = "check that the working directory is writable and has free space, then run again"


class StateUnreadable(LedgerUnusable):
    """A file in `.snakemake/slack` is there and cannot be read.

    Args:
        message: see `SlackWrapperError`.
        path: of the file.
        reason: why it cannot be read.
        hint: see `SlackWrapperError`.
    """

    default_hint = "slack-wrapper outbox lists it; slack-wrapper outbox --drop NAME removes it"

    def __init__(
        self, message: str, *, path: Path | None = None, reason: str = "", hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.path, self.reason = path, reason


class SessionError(SlackWrapperError):
    """The session that the steps of a run share."""


class SessionUnreachable(SessionError):
    """A step cannot reach the session of its run and has no key of its own."""

    default_hint = (
        "run Slack steps on the submit host (localrules), or give the other host a password "
        "of its own: its keyring or slack.password_command"
    )


class SessionProtocolError(SessionError):
    """The other side of the session socket did not speak our protocol."""

    default_hint = "use the same version of snakemake-slack-wrapper in the run and in its jobs"
