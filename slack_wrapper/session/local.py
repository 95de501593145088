"""The session that sends: it holds the unlocked tokens and the clients of one process."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from slack_wrapper.approvals.asking import Approvals
from slack_wrapper.approvals.question import question
from slack_wrapper.client.local_file import LocalFile, check
from slack_wrapper.client.names import Names
from slack_wrapper.client.rate_limit import Pacer
from slack_wrapper.client.retry import RetryPolicy
from slack_wrapper.client.transport import Transport
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common import console
from slack_wrapper.common.redact import Secret
from slack_wrapper.config import REPOST, SLACK, Settings
from slack_wrapper.digests.digests import Digests
from slack_wrapper.errors import (
    KeyFileError,
    LedgerUnusable,
    NoToken,
    PasswordError,
    TokenError,
    TokenMalformed,
)
from slack_wrapper.message.block_limits import doubts
from slack_wrapper.message.compose import compose, step_name
from slack_wrapper.message.mentions import Unasked
from slack_wrapper.message.webhook_limits import refuse
from slack_wrapper.model.receipt import Receipt
from slack_wrapper.model.request import APPROVAL, WARN, Request, title_of
from slack_wrapper.model.run_records import RunRecords
from slack_wrapper.sending import receipts, series
from slack_wrapper.sending.backpressure import Reachability
from slack_wrapper.sending.flush import Outcome, flush, never
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.session import encrypting
from slack_wrapper.snakemake_adapter.metadata import FolderRecords
from slack_wrapper.vault.passwords.chain import PasswordChain
from slack_wrapper.vault.token_kind import TOKENS, WEBHOOK, remedy, secret_kind

MAKE_WAY = 10.0  # seconds that a post spends on those which wait before it
TOKEN_VARIABLE = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of a variable


class LocalSession:
    """Composes and delivers requests in this process.

    Args:
        settings: the `slack:` section.
        passwords: opens the key files.
        policy: bounds of the retries.
        records: what is recorded of the run that it posts for.
        asks: whether what waits from earlier may ask for the password of its key; in a run it may
            not, which would stand still at a prompt in the middle or at its end.
    """

    def __init__(
        self,
        settings: Settings,
        passwords: PasswordChain,
        *,
        policy: RetryPolicy | None = None,
        records: RunRecords | None = None,
        asks: bool = False,
    ) -> None:
        self._settings = settings
        self._passwords = passwords
        self._asks = asks
        pacer = Pacer(settings.max_wait, warn=_warn)
        limits = replace(policy or RetryPolicy(), max_wait=settings.max_wait)
        known = records or FolderRecords()
        self.poster = Poster(
            pacer,
            limits,
            known,
            repost=settings.ambiguous == REPOST,
            quiet=settings.quiet,
            make_way=self._make_way,
        )
        self.digests = Digests(self.poster, self.reopen, known)
        self._approvals = Approvals(self.poster)
        self._workspaces: dict[str | None, Workspace] = {}
        self._lock = threading.Lock()

    @property
    def max_wait(self) -> float:
        """Seconds that a post may wait for its turn; so much time has a flush at a run's end."""
        return self._settings.max_wait

    @property
    def reach(self) -> Reachability:
        """What is known of the servers that it posts to."""
        return self.poster.reach

    @property
    def sends(self) -> bool:
        """Whether anything is sent at all: neither a dry run nor switched off."""
        return self._settings.enabled and not self._settings.dry_run

    @property
    def composes(self) -> bool:
        """Whether posts are checked, also in a dry run: not when switched off."""
        return self._settings.enabled

    def post(self, request: Request) -> Receipt:
        """Post to each channel of the request, once, and return the receipt.

        An approval is to be posted again while its receipt says `pending`; see `approvals`.

        Raises:
            SlackWrapperError: whatever kept it from being posted; transient trouble gives a
                receipt that says `queued` or `warned` instead, unless `on_failure: fail`.
        """
        files = [
            check(path, title=title_of(request), alt=request.alt.get(path, ""))
            for path in (*request.files, *request.images)
        ]
        later = [
            [check(path, alt=request.alt.get(path, "")) for path in one.files]
            for one in series.followers(request)
        ]
        if not self._settings.enabled:
            return receipts.unsent("disabled", request, [*files, *chain(*later)])
        asks = request.option == APPROVAL
        compose(question(request) if asks else request, Unasked())  # refuses what Slack would
        for one in doubts(request.blocks):
            _warn(f"{step_name(request)}: {one.path} {one.told} ({one.hint})")
        if self._settings.dry_run:
            return receipts.unsent("dry_run", request, [*files, *chain(*later)])
        try:
            workspace = self.workspace(request.encrypted_key)
        except (PasswordError, KeyFileError, TokenError) as error:
            if asks or request.on_failure != WARN:
                raise
            return receipts.given_up(request, files, error)
        if isinstance(workspace.transport, WebhookTransport):
            refuse(request)
        if asks:
            return self._approvals.ask(workspace, request, files)
        done = [
            self._deliver(workspace, replace(request, channels=(channel,)), files, later)
            for channel in request.channels
        ]
        return done[0] if len(done) == 1 else {"deliveries": done}

    def _deliver(
        self,
        workspace: Workspace,
        request: Request,
        files: list[LocalFile],
        later: list[list[LocalFile]],
    ) -> Receipt:
        if request.coalesce:
            return self.digests.add(request, files)
        return series.deliver(self.poster, workspace, request, files, later)

    def confirm(self, request: Request, receipt: Receipt, changed_ns: int) -> None:
        """Note that a step's receipt is in its place; see `StepEnds.confirm`."""
        if request.coalesce:
            self.digests.confirm(request, receipt)
        else:
            self.poster.history.ends.confirm(request, receipt, changed_ns)

    def encrypt(self, key: str, encrypted: str) -> Receipt:
        """Encrypt the clear token in `key` into the key file `encrypted`; see `encrypting`."""
        password = self._passwords.new()
        receipt = encrypting.encrypt(key, encrypted, password)
        self._passwords.remember(password)
        return receipt

    def begin_thread(self, receipt: Receipt) -> None:
        """Make a message the root that posts with `thread: run` reply to."""
        self.poster.threads.begin(receipt)

    def reopen(self, encrypted_key: str | None) -> Workspace:
        """Return the connection for what waits from earlier, perhaps under a key of its own."""
        return self.workspace(encrypted_key, ask=self._asks)

    def workspace(self, encrypted_key: str | None, *, ask: bool = True) -> Workspace:
        """Return the connection for a key file, or for $SLACK_BOT_TOKEN; unlocked once.

        Args:
            encrypted_key: path of the key file; None for $SLACK_BOT_TOKEN.
            ask: whether somebody may be asked for its password.

        Raises:
            NoToken, TokenMalformed, PasswordError, KeyFileError.
        """
        with self._lock:
            if encrypted_key not in self._workspaces:
                transport = self._connect(encrypted_key, ask)
                transport.lookups = self.poster.policy
                self.reach.at(encrypted_key or "", transport.base_url)
                self._workspaces[encrypted_key] = Workspace(
                    transport, Names(transport), self._settings.upload_timeout
                )
            return self._workspaces[encrypted_key]

    def _connect(self, encrypted_key: str | None, ask: bool) -> Transport:
        token = self._token(encrypted_key, ask)
        kind, flavor = secret_kind(token.reveal()), self._settings.flavor
        if kind == WEBHOOK:
            return WebhookTransport(token, flavor=flavor)
        source = f"the key file {encrypted_key}" if encrypted_key else f"${TOKEN_VARIABLE}"
        if flavor != SLACK:
            raise TokenMalformed(
                f"{source} holds no webhook's address, and slack.flavor is {flavor}",
                hint="servers other than Slack are posted to by their incoming webhooks only",
            )
        if kind in TOKENS:
            transport = WebApiTransport(token, base_url=self._settings.base_url)
            transport.team_id = self._settings.team_id
            return transport
        article = "an" if (kind or "").startswith("a") else "a"
        what = f"holds {article} {kind}" if kind else "holds no slack token"
        raise TokenMalformed(f"{source} {what}", hint=remedy(kind))

    def _token(self, encrypted_key: str | None, ask: bool) -> Secret:
        if encrypted_key:
            token = self._passwords.unlock(encrypted_key, ask=ask)
        else:
            token = Secret(os.environ.get(TOKEN_VARIABLE, "").strip())
        if not token:
            raise NoToken("there is no Slack token: no encrypted_key is set")
        return token

    def _make_way(self, destination: tuple[str, str]) -> None:
        with contextlib.suppress(LedgerUnusable):
            flush(self, destination, seconds=MAKE_WAY)

    def flush(
        self,
        *,
        seconds: float = float("inf"),
        stop: Callable[[], bool] = never,
        wait: bool = False,
        patient: bool = False,
    ) -> list[Outcome]:
        """Deliver what waits in the outbox; see `sending.flush.flush`."""
        return flush(self, seconds=seconds, stop=stop, wait=wait, patient=patient)


def _warn(text: str) -> None:
    console.warn(text)
