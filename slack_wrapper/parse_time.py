"""What the rule files ask for while Snakemake parses a Snakefile."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from slack_wrapper import config as settings
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.locate import wrapper
from slack_wrapper.redact import Secret
from slack_wrapper.run_session import Run, attach
from slack_wrapper.workflow_error import workflow_error

# The passwords taken out of configs, by the identity of the section: a module's config is the same
# object, and its file is parsed again by every `use rule … from`.
_taken: dict[int, Secret] = {}


def wrapper_folder() -> str:
    """Return the URL of the wrapper folder, for `wrapper:`."""
    return wrapper()


def section(config: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the checked `slack:` section of a workflow's config, its password taken out.

    What stays in `config` is written into every job's script by Snakemake.

    Raises:
        snakemake.exceptions.WorkflowError: it is not valid; Snakemake prints that without a
            traceback.
    """
    found = config.get(settings.SECTION) or {}
    try:
        settings.validate(found)
        password = settings.given_password(found)
    except SlackWrapperError as error:
        raise workflow_error(error) from None
    if password:
        _taken[id(found)] = password
        found["password"] = None
    return found


def run_of(workflow: Any, found: MutableMapping[str, Any]) -> Run:
    """Return the run of a workflow, hooked into it on the first call."""
    return attach(workflow, found, _taken.get(id(found)), wrapper_folder())


def slack_resource(run: Run) -> Any:
    """Return the function behind `resources: slack=…`: 1, once the session is there."""

    def one(wildcards: Any) -> int:
        run.late()
        return 1

    return one
