"""Questions that people answer with a reaction: asked once, looked at in turn, closed once.

A step asks by posting its request again and again: the answer is a receipt, or one that says
`pending` and when to come again. So nothing here waits, a step that is killed is waited for by
nobody, and a run that is started again goes on with the question that is in the channel, whose
time runs from its ts. What is known of it is in the ledger, with the receipt of the question.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.approvals.approvers import Approvers
from slack_wrapper.client import messages, updates
from slack_wrapper.client.closed import unthreadable
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.messages import Message, Posted
from slack_wrapper.client.reactions import reactions
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.common.fifo_locks import FifoLocks
from slack_wrapper.common.patience import scaled
from slack_wrapper.errors import (
    ApprovalRejected,
    ApprovalTimedOut,
    RateLimited,
    SlackAmbiguous,
    SlackError,
    SlackRefused,
    SlackUnavailable,
)
from slack_wrapper.message.approval_terms import (
    APPROVED,
    FAIL,
    REJECTED,
    TIMED_OUT,
    Terms,
    span,
    votes,
)
from slack_wrapper.model.receipt import PENDING, Receipt
from slack_wrapper.model.request import APPROVAL, FILE, MESSAGE, NOW, Request
from slack_wrapper.sending import receipts
from slack_wrapper.sending.identity import digest_of
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.ledger import step_of
from slack_wrapper.spool.progress import Progress

# Seconds between two looks at one question: a twentieth of its age, within these bounds.
SHORTEST, LONGEST = 3.0, 60.0
# Seconds between two looks at any question: 30 a minute, of the 50 that Slack allows.
SPACING = 2.0
# Seconds before the first look after trouble, and at most.
TROUBLE, MOST_TROUBLE = 5.0, 60.0
# Seconds after which a step that does not come again is taken for killed.
_GONE = 600.0
# Seconds for which an unclear question is looked for at once: its step comes again anyway.
_LOOK = 5.0
_ONCE = RetryPolicy(attempts=1, max_wait=0.0)


@dataclass
class _Open:
    """A question as this process knows it.

    Args:
        since: when it was first to be asked.
        turn: when it may be looked at again.
        seen: when its step last came.
        trouble: how often Slack has not answered in a row.
        receipt: of the question, once it is in the channel.
    """

    since: float
    turn: float
    seen: float
    trouble: int = 0
    receipt: Receipt | None = None


@dataclass
class Approvals:
    """The open questions of one process.

    Args:
        poster: posts the questions, once.
    """

    poster: Poster
    _open: dict[tuple[str, str], _Open] = field(default_factory=dict)
    _held: dict[str, float] = field(default_factory=dict)  # connection → no look before
    _people: dict[str, Approvers] = field(default_factory=dict)
    _steps: FifoLocks = field(default_factory=FifoLocks)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, workspace: Workspace, request: Request, files: Sequence[LocalFile]) -> Receipt:
        """Ask if it has not been asked, look for an answer if it is time to.

        Args:
            workspace: the connection.
            request: an approval, with one channel.
            files: its files, checked.

        Returns:
            The receipt with its `decision`, or one whose status is `pending`.

        Raises:
            ApprovalRejected, ApprovalTimedOut: if that is to fail the step.
            SlackRefused: the question cannot be asked or looked at.
        """
        asked = question(request)
        step = step_of(request.receipt, request.channels[0])
        with self._steps[step]:
            known = self._known(step, digest_of(asked, files))
            now = time.time()
            turn = max(known.turn, self._held.get(workspace.transport.fingerprint, 0.0))
            if turn > now:
                return _pending(known, request, turn - now)
            over = self._quiet_until(now)
            if over and not (known.receipt or self.poster.ledger.find(step)):
                return _pending(known, request, min(over - now, LONGEST))  # nobody is woken
            try:
                return self._go_on(workspace, request, asked, known, files)
            except RateLimited as error:
                self._held[workspace.transport.fingerprint] = now + error.retry_after
                return _pending(known, request, error.retry_after, error)
            except (SlackUnavailable, SlackAmbiguous) as error:
                return self._later(request, asked, known, files, error)

    def _known(self, step: str, digest: str) -> _Open:
        """Return what is known of a question; forget those whose steps do not come any more."""
        now, name = time.time(), (step, digest)
        with self._lock:
            for other in [one for one, state in self._open.items() if now - state.seen > _GONE]:
                del self._open[other]
            if name not in self._open:
                # After a restart many may come at once: each gets a turn of its own.
                self._open[name] = _Open(now, now + len(self._open) * SPACING, now)
            self._open[name].seen = now
            return self._open[name]

    def _go_on(
        self,
        workspace: Workspace,
        request: Request,
        asked: Request,
        known: _Open,
        files: Sequence[LocalFile],
    ) -> Receipt:
        terms = Terms.from_dict(request.approval)
        people = self._people.setdefault(workspace.transport.fingerprint, Approvers(workspace))
        people.resolve(terms.approvers)  # who does not exist is told before anybody is asked
        if known.receipt is None:
            people.check(terms.approvers)  # nobody is notified of what nobody can answer
            known.receipt = self._ask(workspace, asked, terms, files)
        receipt = known.receipt
        if "decision" not in receipt:
            found = self._look(workspace, request, receipt)
            verdict, unknown = _verdict(found, terms, people)
            known.trouble = 0
            age = _age(workspace, receipt)
            if verdict is None and age < terms.time_limit:
                self._remind(workspace, asked, terms, receipt, age)
                known.turn = time.time() + self._pause(age)
                return _pending(known, request, known.turn - time.time(), unknown)
            self._close(workspace, asked, receipt, verdict or _timed_out())
        return self._outcome(asked, request, terms, receipt)

    def _ask(
        self, workspace: Workspace, asked: Request, terms: Terms, files: Sequence[LocalFile]
    ) -> Receipt:
        """Post the question, unless it is there; put its reactions on it, to be clicked."""
        before = self.poster.ledger.find(step_of(asked.receipt, asked.channels[0]))
        receipt = dict(self.poster.deliver(workspace, asked, files, seconds=_LOOK))
        if not receipt.get("ts"):
            raise SlackRefused(
                f"the question is in {asked.about}, but Slack does not tell where",
                code="missing_scope",
                method="files.info",
                hint="give the app the scope files:read, and reinstall it",
            )
        old = (before.receipt if before else None) or {}
        if old.get("ts") not in (None, receipt["ts"]) and "decision" not in old:
            _say(workspace, asked, old, "withdrawn", "withdrawn: it has changed and is asked anew")
        if "decision" not in receipt:
            for name in (terms.approve[0], terms.reject[0]):
                with contextlib.suppress(SlackError):  # without reactions:write people do it
                    updates.react(
                        workspace.transport,
                        _posted(receipt),
                        name,
                        Retrier(_ONCE),
                        about=asked.about,
                    )
        return receipt

    def _look(
        self, workspace: Workspace, request: Request, receipt: Receipt
    ) -> list[dict[str, Any]]:
        try:
            return reactions(workspace.transport, _posted(receipt), about=request.about)
        except SlackRefused as refused:
            if refused.code == "message_not_found":
                self._forget(request)
                raise SlackRefused(
                    f"{_place(request)}: the question in {request.about} was deleted",
                    code=refused.code,
                    method=refused.method,
                    hint="run the step again to repeat the question",
                ) from None
            raise

    def _pause(self, age: float) -> float:
        """Return the seconds until the next look: longer with age, and with other questions."""
        with self._lock:
            crowd = len(self._open) * SPACING
        return max(min(max(age / 20, SHORTEST), LONGEST), crowd)

    def _later(
        self,
        request: Request,
        asked: Request,
        known: _Open,
        files: Sequence[LocalFile],
        error: SlackError,
    ) -> Receipt:
        """Try again later; give a question up that could not be asked within its time."""
        terms, now = Terms.from_dict(request.approval), time.time()
        if known.receipt is None and now - known.since > terms.time_limit:
            if terms.on_timeout == FAIL or isinstance(error, SlackAmbiguous):
                raise error
            receipt = receipts.put_off("warned", asked, files, error, Progress())
            return {**receipt, "option": APPROVAL, **_timed_out()}
        known.trouble += 1
        wait = scaled(min(TROUBLE * 2 ** (known.trouble - 1), MOST_TROUBLE))
        known.turn = now + wait
        return _pending(known, request, wait, error)

    def _remind(
        self, workspace: Workspace, asked: Request, terms: Terms, receipt: Receipt, age: float
    ) -> None:
        """Say in the thread that it is still open, once each time; missed ones are left out."""
        if not terms.remind_every:
            return
        due = int(age // terms.remind_every)
        if due <= receipt.get("reminders", 0) or self._quiet_until(time.time()):
            return
        receipt["reminders"] = due  # written down before: better none than two
        self.poster.history.amend(asked, receipt)
        whom = " ".join(self._people[workspace.transport.fingerprint].shown(terms.approvers))
        left = span(max(1.0, terms.time_limit - age))
        _say(workspace, asked, receipt, f"reminder.{due}", f"{whom} still open, for {left}".strip())

    def _quiet_until(self, now: float) -> float | None:
        quiet = self.poster.waiting.quiet
        return quiet.until(now) if quiet else None

    def _close(
        self, workspace: Workspace, asked: Request, receipt: Receipt, verdict: dict[str, Any]
    ) -> None:
        receipt.update(verdict)
        self.poster.history.amend(asked, receipt)
        who = verdict["decided_by"]
        text = "nobody has answered in time"
        if who:
            text = f":{verdict['reaction']}: {verdict['decision']} by <@{who['id']}>"
        _say(workspace, asked, receipt, "decision", text)

    def _outcome(self, asked: Request, request: Request, terms: Terms, receipt: Receipt) -> Receipt:
        """Return the receipt of a decided question, or fail the step, which may then ask anew."""
        decision = receipt["decision"]
        fails = {REJECTED: terms.on_reject, TIMED_OUT: terms.on_timeout}.get(decision) == FAIL
        self._forget(request, ledger=fails)
        text = asked.comment if asked.option == FILE else asked.message
        whole = {**receipt, "option": APPROVAL, "text": text}
        if not fails:
            return whole
        link = f" ({receipt['permalink']})" if receipt.get("permalink") else ""
        if decision == REJECTED:
            who, name = receipt["decided_by"], receipt["reaction"]
            raise ApprovalRejected(f"{_place(request)}: rejected by {who['name']}, :{name}:{link}")
        raise ApprovalTimedOut(
            f"{_place(request)}: nobody has answered within {span(terms.time_limit)}{link}"
        )

    def _forget(self, request: Request, *, ledger: bool = True) -> None:
        """Forget a question, so that it would be asked anew."""
        step = step_of(request.receipt, request.channels[0])
        with self._lock:
            for name in [one for one in self._open if one[0] == step]:
                del self._open[name]
        if ledger:
            self.poster.history.forget(step_of(request.receipt, request.channels[0]))


def question(request: Request) -> Request:
    """Return the post that asks: it says what to do, and mentions those who may.

    It is the same whenever it is asked, so that the ledger knows it again.
    """
    terms = Terms.from_dict(request.approval)
    text = f"{request.message}\n{terms.instruction}"
    asked = replace(
        request,
        option=FILE if request.files else MESSAGE,
        message="" if request.files else text,
        comment=text if request.files else "",
        mention=(*request.mention, *terms.approvers),
        on_failure=FAIL,
        post_at=NOW,
    )
    return replace(asked, approval={})


def _verdict(
    found: Sequence[dict[str, Any]], terms: Terms, people: Approvers
) -> tuple[dict[str, Any] | None, SlackRefused | None]:
    """Return what has been decided, None while nobody who may has; one rejection decides.

    Beside it why somebody who has reacted could not be looked up, and so does not count.
    """
    unknown = None
    for decision, names in ((REJECTED, terms.reject), (APPROVED, terms.approve)):
        for name, user in votes(found, names):
            try:
                if not people.may(user, terms.approvers):
                    continue
            except SlackRefused as refused:
                if refused.method != "users.info":
                    raise
                unknown = refused
                continue
            who = {"id": user, "name": people.name(user)}
            return {
                "decision": decision,
                "decided_by": who,
                "reaction": name,
                "decided_at": _now(),
            }, None
    return None, unknown


def _timed_out() -> dict[str, Any]:
    return {"decision": TIMED_OUT, "decided_by": None, "reaction": None, "decided_at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _age(workspace: Workspace, receipt: Receipt) -> float:
    """Return for how many seconds a question has been open, by Slack's clock as its ts is."""
    now = clock_of(workspace.transport.base_url).now()
    return max(0.0, now - float(receipt["ts"]))


def _deadline(receipt: Receipt, terms: Terms) -> float:
    return float(receipt["ts"]) + terms.time_limit


def _posted(receipt: Receipt) -> Posted:
    return Posted(str(receipt["channel"]), str(receipt["ts"]))


def _say(workspace: Workspace, asked: Request, receipt: Receipt, name: str, text: str) -> None:
    """Say something in the question's thread, or in the channel if the thread refuses it.

    Where that fails too, the question is what counts.
    """
    message = Message(
        str(receipt["channel"]),
        text,
        key=f"{receipt['key']}.{name}",
        thread_ts=receipt.get("thread_ts") or receipt["ts"],
    )

    def post(one: Message) -> Posted:
        wire, about = workspace.transport, asked.about
        # It is not said again, whatever has become of it: so it is not looked for.
        return messages.post(wire, one, Retrier(_ONCE), about=about, locate=str, seconds=0.0)

    with contextlib.suppress(SlackError):
        try:
            post(message)
        except SlackRefused as refused:
            if not unthreadable(refused):
                raise
            link = f" ({receipt['permalink']})" if receipt.get("permalink") else ""
            post(replace(message, text=f"{text}{link}", thread_ts=None))


def _pending(
    known: _Open, request: Request, wait: float, trouble: SlackError | None = None
) -> Receipt:
    receipt = known.receipt or {}
    terms = Terms.from_dict(request.approval)
    until = datetime.fromtimestamp(_deadline(receipt, terms), UTC) if receipt else None
    return {
        "status": PENDING,
        "wait": max(0.1, wait),
        "channel_name": request.channels[0],
        "permalink": receipt.get("permalink"),
        "until": until.isoformat(timespec="seconds") if until else None,
        "trouble": trouble.message if trouble else None,
    }


def _place(request: Request) -> str:
    return f"step {request.rule}" if request.rule else "the approval"
