"""The step that encrypts a key: the key file is a parameter, the receipt is its output.

Snakemake deletes a job's outputs before it runs; a key file as an output would be lost whenever
its re-encryption fails.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.errors import RequestError, SlackWrapperError
from slack_wrapper.job import named, receipt_path
from slack_wrapper.receipt_file import ReceiptFile
from slack_wrapper.step import report, session_of


def run(snakemake: Any) -> int:
    """Encrypt the key that the job names and write its receipt; return the exit code."""
    try:
        key, encrypted = _paths(named(snakemake.params), str(snakemake.rule))
        with ReceiptFile(receipt_path(snakemake)) as place:
            place.write(session_of(snakemake.config).encrypt(key, encrypted))
    except SlackWrapperError as error:
        report(snakemake, error)
        return error.exit_code
    return 0


def _paths(params: dict[str, Any], rule: str) -> tuple[str, str]:
    unknown = sorted(set(params) - {"key", "encrypted"})
    if unknown or not params.get("key") or not params.get("encrypted"):
        raise RequestError(
            f"step {rule} takes the parameters key and encrypted"
            + (f", not {unknown[0]}" if unknown else ""),
            hint="write params: key='safe-place/slack-api.key', encrypted='keys/slack-api.enc'",
        )
    return str(params["key"]), str(params["encrypted"])
