"""The step that encrypts a key: the key file is a parameter, the receipt is its output.

Snakemake deletes a job's outputs before it runs; a key file as an output would be lost whenever
its re-encryption fails.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.errors import RequestError
from slack_wrapper.snakemake_adapter.job import named


def paths(job: Any) -> tuple[str, str]:
    """Return the paths of the clear token and of the key file that a job names.

    Raises:
        RequestError: it does not name both, or something else.
    """
    params = named(job.params)
    unknown = sorted(set(params) - {"key", "encrypted"})
    if unknown or not params.get("key") or not params.get("encrypted"):
        raise RequestError(
            f"step {job.rule} takes the parameters key and encrypted"
            + (f", not {unknown[0]}" if unknown else ""),
            hint="write params: key='safe-place/slack-api.key', encrypted='keys/slack-api.enc'",
        )
    return str(params["key"]), str(params["encrypted"])
