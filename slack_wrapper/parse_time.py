"""What the rule files ask for while Snakemake parses a Snakefile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_wrapper import config as settings
from slack_wrapper.errors import SlackWrapperError
from slack_wrapper.locate import wrapper


def wrapper_folder() -> str:
    """Return the URL of the wrapper folder, for `wrapper:`."""
    return wrapper()


def section(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the checked `slack:` section of a workflow's config.

    Raises:
        snakemake.exceptions.WorkflowError: it is not valid; Snakemake prints that without a
            traceback.
    """
    found = config.get(settings.SECTION) or {}
    try:
        settings.validate(found)
    except SlackWrapperError as error:
        from snakemake.exceptions import WorkflowError

        raise WorkflowError(str(error)) from None
    return found
