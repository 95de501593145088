"""Short retries and short looks, in this process or in all that a test starts."""

import os
from dataclasses import fields
from pathlib import Path

from slack_wrapper.client import messages, uploads
from slack_wrapper.client.retry import RetryPolicy

BOUNDS = {"attempts": 2, "total": 5.0, "base": 0.01, "cap": 0.05, "max_wait": 5.0}
LOOKS = (0.05, 0.1)
_REPOSITORY = Path(__file__).resolve().parent.parent


def here() -> None:
    """Make this process impatient, for good."""
    known = {field.name: field.default for field in fields(RetryPolicy)}
    assert BOUNDS.keys() <= known.keys(), "the policy has other bounds now"
    RetryPolicy.__init__.__defaults__ = tuple({**known, **BOUNDS}.values())
    messages.LOOKS = uploads.LOOKS = LOOKS


def path_for(folder: Path) -> str:
    """Return a $PYTHONPATH that makes all processes impatient; its file is put into `folder`."""
    (folder / "sitecustomize.py").write_text("from tests import impatient\nimpatient.here()\n")
    return os.pathsep.join((str(folder), str(_REPOSITORY)))
