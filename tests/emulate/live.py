"""`slack-wrapper check --live` against emulate: each difference is one that is explained here.

python tests/emulate/live.py BASE_URL TOKEN
"""

import json
import os
import subprocess
import sys

# Belief → why the server differs. One that no longer differs fails too.
EXPLAINED = {"broadcast": "emulate ignores reply_broadcast"}


def main(url: str, token: str) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "slack_wrapper.cli.main", "check", "--live", "pipeline", "--yes",
         "--person", "ada@example.org", "--json"],
        env={**os.environ, "SLACK_WRAPPER_BASE_URL": url, "SLACK_BOT_TOKEN": token},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    beliefs = json.loads(done.stdout)["beliefs"]
    for one in beliefs:
        told = "" if one["as_expected"] else f"  {EXPLAINED.get(one['belief'], 'not explained')}"
        print(f"{one['belief']:16} {one['told']}{told}")
    differing = {one["belief"] for one in beliefs if not one["as_expected"]}
    return int(differing != set(EXPLAINED))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
