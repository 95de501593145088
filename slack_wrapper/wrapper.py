"""Posts a message or files to Slack as a workflow step; see meta.yaml for its parameters."""
# mypy: disable-error-code="name-defined"

import sys
from pathlib import Path

try:
    from slack_wrapper.run import step
except ModuleNotFoundError:  # used from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from slack_wrapper.run import step

sys.exit(step.run(snakemake))
