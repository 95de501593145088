"""Encrypts a Slack token as a workflow step; see meta.yaml for its parameters."""
# mypy: disable-error-code="name-defined"

import sys
from pathlib import Path

try:
    from slack_wrapper import encrypt_step
except ModuleNotFoundError:  # used from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parent.parent.parent))
    from slack_wrapper import encrypt_step

sys.exit(encrypt_step.run(snakemake))
