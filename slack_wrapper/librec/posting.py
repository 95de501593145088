"""`python -m slack_wrapper.librec.posting`: what `slack_post`, and each copy of it, hands on to."""

from __future__ import annotations

import sys

from slack_wrapper.librec.post import run
from slack_wrapper.librec.slack_post import say

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], say))
