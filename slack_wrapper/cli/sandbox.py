"""`slack-wrapper sandbox`: serve a Slack-compatible workspace, or export its page."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from slack_wrapper import atomic
from slack_wrapper.errors import MissingExtra, RequestError
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import Store


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any")
    parser.add_argument("--state", metavar="DIR", help="keep the workspace there")
    parser.add_argument("--rate-limits", action="store_true", help="enforce Slack's rate limits")
    parser.add_argument(
        "--ready-file", metavar="FILE", help="JSON with the address, once it serves"
    )
    parser.add_argument(
        "--export", metavar="HTML", help="write the page of --state as one file and end"
    )
    parser.add_argument("--channel", metavar="NAME", help="the channel to export")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM, or export."""
    if args.export:
        return _export(args)
    try:
        sandbox = Sandbox(port=args.port, folder=args.state, rate_limits=args.rate_limits)
    except (OSError, SystemExit):
        raise RequestError(
            f"the sandbox cannot listen on port {args.port}",
            hint="another program has it; leave --port out to take any that is free",
        ) from None
    with sandbox:
        print(f"Slack sandbox: {sandbox.url}")
        print(f"  export SLACK_WRAPPER_BASE_URL={sandbox.api_url}")
        print(f"  token: {sandbox.token}", flush=True)
        if args.ready_file:
            ready = {"url": sandbox.url, "api_url": sandbox.api_url, "pid": os.getpid()}
            atomic.write(args.ready_file, json.dumps(ready).encode())
        _wait_for_signal()
    return 0


def _export(args: argparse.Namespace) -> int:
    if not args.state or not (Path(args.state) / "state.json").is_file():
        raise RequestError(
            f"there is no workspace in {args.state or 'no folder'}",
            hint="give the folder of a sandbox: --state DIR",
        )
    try:
        from slack_wrapper.sandbox import page
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the sandbox needs {error.name}, which is not installed") from None
    print(page.export(Store(args.state), Path(args.export), args.channel))
    return 0


def _wait_for_signal() -> None:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    over.wait()
