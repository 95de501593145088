"""The session that sends: it holds the unlocked tokens and the clients of one process."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_wrapper.client.files import LocalFile, check
from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.transport import Transport
from slack_wrapper.config import Settings
from slack_wrapper.delivery.outbox import Entry, Outbox
from slack_wrapper.delivery.progress import Progress
from slack_wrapper.errors import (
    FileChanged,
    NoToken,
    SlackAmbiguous,
    SlackError,
    SlackUnavailable,
    SlackWrapperError,
    TokenMalformed,
)
from slack_wrapper.redact import Secret
from slack_wrapper.session import encrypting, receipts
from slack_wrapper.session.base import Receipt, deliveries
from slack_wrapper.session.compose import Draft, compose
from slack_wrapper.session.delivery import Delivery, target
from slack_wrapper.session.request import QUEUE, RUN_THREAD, WARN, Request
from slack_wrapper.vault.kinds import secret_kind
from slack_wrapper.vault.password import PasswordChain

TOKEN_VARIABLE = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Workspace:
    """One token's connection: what it is called with, and the names it has looked up."""

    transport: Transport
    names: Names


class LocalSession:
    """Composes and delivers requests in this process.

    Args:
        settings: the `slack:` section.
        passwords: opens the key files.
        policy: bounds of the retries.
    """

    def __init__(
        self,
        settings: Settings,
        passwords: PasswordChain,
        *,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._settings = settings
        self._passwords = passwords
        self._policy = policy or RetryPolicy()
        self._outbox = Outbox()
        self._workspaces: dict[str | None, Workspace] = {}
        self._lock = threading.Lock()
        self._run_threads: dict[str, str] = {}  # channel ID → ts of the run's root message

    @property
    def sends(self) -> bool:
        """Whether anything is sent at all: neither a dry run nor switched off."""
        return self._settings.enabled and not self._settings.dry_run

    def post(self, request: Request) -> Receipt:
        """Post to each channel of the request, once, and return the receipt.

        Raises:
            SlackWrapperError: whatever kept it from being posted; transient trouble gives a
                receipt that says `queued` or `warned` instead, unless `on_failure: fail`.
        """
        files = [check(path, title=_title(request)) for path in request.files]
        if not self._settings.enabled:
            return receipts.unsent("disabled", request, files)
        if self._settings.dry_run:
            compose(request, lambda email: "U00000000")
            return receipts.unsent("dry_run", request, files)
        workspace = self.workspace(request.encrypted_key)
        draft = compose(request, workspace.names.user_id)
        done = [
            self._deliver(workspace, replace(request, channels=(channel,)), draft, files)
            for channel in request.channels
        ]
        return done[0] if len(done) == 1 else {"deliveries": done}

    def encrypt(self, key: str, encrypted: str) -> Receipt:
        """Encrypt the clear token in `key` into the key file `encrypted`; see `encrypting`."""
        password = self._passwords.new()
        receipt = encrypting.encrypt(key, encrypted, password)
        self._passwords.remember(password)
        return receipt

    def begin_thread(self, receipt: Receipt) -> None:
        """Make a message the root that posts with `thread: run` reply to, channel by channel."""
        for entry in deliveries(receipt):
            if entry.get("ts"):
                self._run_threads[entry["channel"]] = entry["ts"]

    def workspace(self, encrypted_key: str | None) -> Workspace:
        """Return the connection for a key file, or for $SLACK_BOT_TOKEN; unlocked once.

        Raises:
            NoToken, TokenMalformed, PasswordError, KeyFileError.
        """
        with self._lock:
            if encrypted_key not in self._workspaces:
                transport = Transport(self._token(encrypted_key), base_url=self._settings.base_url)
                self._workspaces[encrypted_key] = Workspace(transport, Names(transport))
            return self._workspaces[encrypted_key]

    def _token(self, encrypted_key: str | None) -> Secret:
        if encrypted_key:
            token = self._passwords.unlock(encrypted_key)
            source = f"the key file {encrypted_key}"
        else:
            token = Secret(os.environ.get(TOKEN_VARIABLE, "").strip())
            source = f"${TOKEN_VARIABLE}"
        if not token:
            raise NoToken("there is no slack token: no encrypted_key is set")
        kind = secret_kind(token.reveal())
        if kind not in ("bot token", "user token"):
            what = f"holds a {kind}" if kind else "holds no slack token"
            raise TokenMalformed(
                f"{source} {what}",
                hint="posting needs a bot token (xoxb-…): see docs/slack-app.md",
            )
        return token

    def flush(self) -> list[tuple[Entry, Receipt | SlackWrapperError]]:
        """Deliver what waits in the outbox, oldest first.

        Within a channel the order is kept: what follows an entry that cannot be delivered waits
        with it. An entry of another process that delivers them at the moment is left to it.

        Returns:
            Each entry that was tried, with its receipt or with what kept it.
        """
        done: list[tuple[Entry, Receipt | SlackWrapperError]] = []
        stuck: set[str] = set()
        with self._outbox.flushing() as ours:
            for entry in self._outbox.entries() if ours else []:
                request = Request.from_dict(entry.request)
                if request.channels[0] not in stuck:
                    outcome = self._deliver_entry(entry, request)
                    done.append((entry, outcome))
                    if isinstance(outcome, SlackWrapperError):
                        stuck.add(request.channels[0])
        return done

    def _deliver_entry(self, entry: Entry, request: Request) -> Receipt | SlackWrapperError:
        try:
            files = [_unchanged(path, request, entry) for path in request.files]
            workspace = self.workspace(request.encrypted_key)
            receipt = Delivery(
                workspace,
                request,
                compose(request, workspace.names.user_id),
                files,
                self._thread(workspace, request),
                entry.progress,
                Retrier(self._policy),
            ).run()
        except SlackWrapperError as error:
            self._outbox.update(entry, error.message)
            return error
        self._outbox.remove(entry)
        return receipt

    def _deliver(
        self, workspace: Workspace, request: Request, draft: Draft, files: Sequence[LocalFile]
    ) -> Receipt:
        retrier, progress = Retrier(self._policy), Progress()
        try:
            thread = self._thread(workspace, request)
            return Delivery(workspace, request, draft, files, thread, progress, retrier).run()
        except SlackError as error:
            if not _put_off(request, error):
                raise
            status = "warned"
            if request.on_failure == QUEUE:
                identities = {str(file.path): file.identity[2:] for file in files}
                self._outbox.add(request.to_dict(), progress, identities, error.message)
                status = "queued"
            return receipts.put_off(
                status, request, files, error, key=progress.key, attempts=retrier.attempts
            )

    def _thread(self, workspace: Workspace, request: Request) -> str | None:
        """Return the ts to reply to: another step's message, or the run's root."""
        given = receipts.thread_of(request)
        if given:
            return given
        if request.thread != RUN_THREAD or not self._run_threads:
            return None
        channel = workspace.names.known(target(workspace.names, request))
        return self._run_threads.get(channel) if channel else None


def _put_off(request: Request, error: SlackError) -> bool:
    """Whether a step succeeds in spite of an error: `queue` where it may pass, `warn` always."""
    may_pass = isinstance(error, (SlackUnavailable, SlackAmbiguous))
    return request.on_failure == WARN or (request.on_failure == QUEUE and may_pass)


def _unchanged(path: str, request: Request, entry: Entry) -> LocalFile:
    """Return a queued file, if it is still the one that was to be posted."""
    file = check(path, title=_title(request))
    if tuple(entry.files.get(path, ())) != file.identity[2:]:
        raise FileChanged(
            f"the file {path} has changed since it was queued",
            hint=f"run its step again, and drop this one: slack-wrapper outbox --drop {entry.id}",
        )
    return file


def _title(request: Request) -> str | None:
    return request.message if len(request.files) == 1 and request.message else None
