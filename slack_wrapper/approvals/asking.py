"""Questions that people answer with a reaction: asked once, looked at in turn, closed once.

A step asks by posting its request again and again: the answer is a receipt, or one that says
`pending` and when to come again. So nothing here waits, a step that is killed is waited for by
nobody, and a run that is started again goes on with the question that is in the channel, whose
time runs from its ts. What is known of it is in the ledger, with the receipt of the question.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.approvals import question as questions
from slack_wrapper.approvals import verdict
from slack_wrapper.approvals.approvers import Approvers
from slack_wrapper.approvals.open_questions import LONGEST, OpenQuestions, Question
from slack_wrapper.client.local_file import LocalFile
from slack_wrapper.client.reactions import reactions
from slack_wrapper.client.slack_clock import clock_of
from slack_wrapper.common.fifo_locks import FifoLocks
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
    FAIL,
    REJECTED,
    TIMED_OUT,
    Terms,
    span,
    until,
)
from slack_wrapper.model.receipt import PENDING, Receipt
from slack_wrapper.model.request import APPROVAL, FILE, Request
from slack_wrapper.sending import receipts
from slack_wrapper.sending.identity import digest_of
from slack_wrapper.sending.poster import Poster
from slack_wrapper.sending.workspace import Workspace
from slack_wrapper.spool.ledger import step_of
from slack_wrapper.spool.progress import Progress

_WITHDRAWN = "withdrawn: it has changed and is asked again"
# Seconds for which an unclear question is looked for at once: its step comes again anyway.
_LOOK = 5.0


@dataclass
class Approvals:
    """The open questions of one process.

    Args:
        poster: posts the questions, once.
    """

    poster: Poster
    _open: OpenQuestions = field(default_factory=OpenQuestions)
    _people: dict[str, Approvers] = field(default_factory=dict)
    _steps: FifoLocks = field(default_factory=FifoLocks)

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
        asked = questions.question(request)
        step = step_of(request.receipt, request.channels[0])
        with self._steps[step]:
            known = self._open.known(step, digest_of(asked, files))
            now = time.time()
            turn = self._open.turn(known, workspace.transport.fingerprint)
            if turn > now:
                return _pending(known, request, turn - now)
            over = self._quiet_until(now)
            if over and not (known.receipt or self.poster.ledger.find(step)):
                return _pending(known, request, min(over - now, LONGEST))  # nobody is woken
            try:
                return self._go_on(workspace, request, asked, known, files)
            except RateLimited as error:
                self._open.hold(workspace.transport.fingerprint, now + error.retry_after)
                return _pending(known, request, error.retry_after, error)
            except (SlackUnavailable, SlackAmbiguous) as error:
                return self._later(request, asked, known, files, error)

    def _go_on(
        self,
        workspace: Workspace,
        request: Request,
        asked: Request,
        known: Question,
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
            decided, unknown = verdict.verdict(found, terms, people)
            known.trouble = 0
            age = _age(workspace, receipt)
            if decided is None and age < terms.time_limit:
                self._remind(workspace, asked, terms, receipt, age)
                known.turn = time.time() + self._open.pause(age)
                return _pending(known, request, known.turn - time.time(), unknown)
            self._close(workspace, asked, receipt, decided or verdict.timed_out())
        questions.answer(workspace, request, asked, receipt)
        return self._outcome(asked, request, terms, receipt)

    def _ask(
        self, workspace: Workspace, asked: Request, terms: Terms, files: Sequence[LocalFile]
    ) -> Receipt:
        """Post the question, unless it is there; put its reactions on it, to be clicked."""
        before = self.poster.ledger.find(step_of(asked.receipt, asked.channels[0]))
        closes = clock_of(workspace.transport.base_url).now() + terms.time_limit
        asked = replace(asked, closes=closes)
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
            questions.say(workspace, asked, old, "withdrawn", _WITHDRAWN)
        if "decision" not in receipt:
            questions.offer(workspace, asked, receipt, terms)
        return receipt

    def _look(
        self, workspace: Workspace, request: Request, receipt: Receipt
    ) -> list[dict[str, Any]]:
        try:
            return reactions(workspace.transport, questions.posted(receipt), about=request.about)
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

    def _later(
        self,
        request: Request,
        asked: Request,
        known: Question,
        files: Sequence[LocalFile],
        error: SlackError,
    ) -> Receipt:
        """Try again later; give a question up that could not be asked within its time."""
        terms, now = Terms.from_dict(request.approval), time.time()
        if known.receipt is None and now - known.since > terms.time_limit:
            if terms.on_timeout == FAIL or isinstance(error, SlackAmbiguous):
                raise error
            receipt = receipts.put_off("warned", asked, files, error, Progress())
            return {**receipt, "option": APPROVAL, **verdict.timed_out()}
        return _pending(known, request, known.troubled(now), error)

    def _remind(
        self, workspace: Workspace, asked: Request, terms: Terms, receipt: Receipt, age: float
    ) -> None:
        """Say that it is still open, once each time; missed ones are left out."""
        if not terms.remind_every:
            return
        due = int(age // terms.remind_every)
        if due <= receipt.get("reminders", 0) or self._quiet_until(time.time()):
            return
        receipt["reminders"] = due  # written down before: better none than two
        self.poster.history.amend(asked, receipt)
        whom = " ".join(self._people[workspace.transport.fingerprint].shown(terms.approvers))
        text = f"{whom} still open, {until(_deadline(receipt, terms))}".strip()
        questions.remind(workspace, asked, receipt, text, due)
        self.poster.history.amend(asked, receipt)

    def _quiet_until(self, now: float) -> float | None:
        quiet = self.poster.waiting.quiet
        return quiet.until(now) if quiet else None

    def _close(
        self, workspace: Workspace, asked: Request, receipt: Receipt, decided: dict[str, Any]
    ) -> None:
        receipt.update(decided)
        self.poster.history.amend(asked, receipt)
        questions.say(workspace, asked, receipt, "decision", verdict.told(decided))

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
        self._open.forget(step_of(request.receipt, request.channels[0]))
        if ledger:
            self.poster.history.forget(step_of(request.receipt, request.channels[0]))


def _age(workspace: Workspace, receipt: Receipt) -> float:
    """Return for how many seconds a question has been open, by Slack's clock as its ts is."""
    now = clock_of(workspace.transport.base_url).now()
    return max(0.0, now - float(receipt["ts"]))


def _deadline(receipt: Receipt, terms: Terms) -> float:
    return float(receipt["ts"]) + terms.time_limit


def _pending(
    known: Question, request: Request, wait: float, trouble: SlackError | None = None
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
