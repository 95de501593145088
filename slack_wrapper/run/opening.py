"""What is done before the first job, while somebody can be asked: keys opened, steps checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper.common import console
from slack_wrapper.common.console import warn
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.model.request import WARN
from slack_wrapper.session.current import SharedSession
from slack_wrapper.session.port import SendingSession
from slack_wrapper.snakemake_adapter import process
from slack_wrapper.snakemake_adapter.errors import interrupted
from slack_wrapper.snakemake_adapter.planned_jobs import made_by_workflow


class Opening:
    """The start of one run.

    Args:
        workflow: Snakemake's.
        section: the `slack:` section without its password.
        shared: gives the session.
    """

    def __init__(self, workflow: Any, section: Mapping[str, Any], shared: SharedSession) -> None:
        self._workflow, self._section, self._shared = workflow, section, shared

    def session(self, steps: list[Any], made: set[str]) -> SendingSession:
        """Return the session of the run, in which its steps can post.

        Args:
            steps: jobs that will post.
            made: key files that jobs of this run make, which cannot be opened yet.

        Raises:
            SlackWrapperError: a key does not open, or a step could not succeed.
        """
        from slack_wrapper.run import planned

        session = self._shared.session()
        if session.sends:
            self._check(session, steps, made)
        elif session.composes:
            planned.requests(self._workflow, steps)
        return session

    def foresee(self) -> None:
        """Open the keys of steps that a checkpoint may add: now somebody is there to be asked.

        Whether they will be needed is not known, so trouble is told and ends nothing.
        """
        from slack_wrapper.run import planned

        steps = planned.possible_steps(self._workflow)
        if not steps or not process.for_real(self._workflow):
            return
        try:
            session = self._shared.session()
            for key in sorted(set(steps.values()), key=str) if session.sends else ():
                session.workspace(key)
        except SlackWrapperError as error:
            names = ", ".join(sorted(steps))
            warn(f"a checkpoint may add the step {names}, which could not post: {error}")
        except KeyboardInterrupt:
            raise interrupted() from None

    def foresee_notices(self) -> None:
        """Tell, before the first job, whom and which files the run's own messages would miss.

        They never change how a run ends, so neither does this.
        """
        if not isinstance(self._section.get("notify"), Mapping):
            return
        if not process.for_real(self._workflow):
            return
        from slack_wrapper.preflight.findings import table
        from slack_wrapper.preflight.notices import missing

        try:
            session = self._shared.session()
            known = made_by_workflow(self._workflow)
            found = missing(session, self._section, known) if session.sends else []
        except SlackWrapperError:
            return  # the start message tells it
        except KeyboardInterrupt:
            raise interrupted() from None
        if found:
            self._tell(table(found))

    def _check(self, session: SendingSession, steps: list[Any], made: set[str]) -> None:
        """Unlock the keys, and end the run here if a step of it could not succeed."""
        from slack_wrapper.preflight import preflight
        from slack_wrapper.run import planned

        known = planned.requests(self._workflow, steps)
        # Keys of steps with `on_failure: warn` are opened by the preflight, which lets them fail.
        keys = {one.encrypted_key for one in known if one and one.on_failure != WARN}
        if None in known and self._section.get("encrypted_key"):
            keys.add(self._section["encrypted_key"])
        for key in sorted(keys - made, key=str):
            session.workspace(key)
        requests = [one for one in known if one and one.encrypted_key not in made]
        found = planned.threads(self._workflow, dict(zip(steps, known, strict=True)))
        preflight.demand(session, requests, tell=self._tell, more=found)

    def _tell(self, text: str) -> None:
        if not process.is_quiet(self._workflow):
            console.tell(text)
