"""`slack-wrapper inspect`: what a key file tells without its password."""

from __future__ import annotations

import argparse
import json

from slack_wrapper.common import console
from slack_wrapper.vault.keyfile import store

_SHOWN = ("path", "scheme", "version", "kdf", "profile", "created", "age_days", "advice")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("file", metavar="FILE", help="encrypted key file")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print scheme, costs, age, and whose passwords open the file."""
    found = store.describe(args.file)
    if args.json:
        console.show(json.dumps(found, indent=2))
        return 0
    for name in _SHOWN:
        if found[name] is not None:
            console.show(f"{name.replace('_', ' '):10} {found[name]}")
    for entry in found["names"]:
        console.show(f"{'name':10} {entry['name']}, password set {entry['created']}")
    return 0
