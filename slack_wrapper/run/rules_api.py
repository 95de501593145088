"""What the rule files ask for while Snakemake parses a Snakefile."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from slack_wrapper import config as settings
from slack_wrapper.common.console import warn
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.run.attaching import attach
from slack_wrapper.run.run import Run
from slack_wrapper.snakemake_adapter import attached, process
from slack_wrapper.snakemake_adapter.config_password import take
from slack_wrapper.snakemake_adapter.errors import workflow_error

_SHOWN = (
    "the password was given by --config: every user of this machine can see it in the process "
    "list, and it stays in the shell's history; use the keyring, password_command or the prompt"
)


def section(config: MutableMapping[str, Any], workflow: Any) -> MutableMapping[str, Any]:
    """Return the checked `slack:` section of a workflow's config, its password taken out.

    What stays in `config` is written into every job's script by Snakemake.

    Args:
        config: of the workflow or module that includes the rules.
        workflow: Snakemake's; it keeps the password.

    Raises:
        snakemake.exceptions.WorkflowError: it is not valid; Snakemake prints that without a
            traceback.
    """
    found = config.get(settings.SECTION) or {}
    # In place, as jobs read the config too; and where a later `configfile:` takes --config from.
    settings.read_texts(found)
    settings.read_texts(process.overwriting(workflow, config).get(settings.SECTION))
    try:
        settings.validate(found)
        given = take(config, workflow)
    except SlackWrapperError as error:
        raise workflow_error(error) from None
    if given.password:
        # Every `use rule … from` parses the rules again, when the config has none any more.
        attached.of(workflow).password = given.password
    if given.shown and process.leads(workflow):
        warn(_SHOWN)
    return found


def run_of(workflow: Any, found: MutableMapping[str, Any]) -> Run:
    """Return the run of a workflow, hooked into it on the first call."""
    return attach(workflow, found, attached.of(workflow).password)


def slack_resource(run: Run, amount: int = 1) -> Any:
    """Return the function behind `resources: slack=…`: an amount, once the session is there."""

    def some(wildcards: Any) -> int:
        run.late()
        return amount

    return some


def option(run: Run, value: Any) -> Any:
    """Return the function behind `params: option=…`, which serves the step like `slack_resource`.

    Parameters are kept by `use rule … with: params:`, resources are not kept by `with: resources:`.

    Args:
        run: of the workflow.
        value: the option, or a function of the wildcards that gives it.
    """

    def chosen(wildcards: Any) -> Any:
        run.late()
        return value(wildcards) if callable(value) else value

    return chosen
