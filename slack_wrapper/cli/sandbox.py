"""`slack-wrapper sandbox`: serve a Slack-compatible workspace, or export its page."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

from slack_wrapper.common import atomic_files
from slack_wrapper.common.parsing import from_yaml
from slack_wrapper.common.regular_file import read_text
from slack_wrapper.errors import MissingExtra, RequestError
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import Store, check_seed

_PARENT_POLL = 0.5  # seconds
_LAST_PORT = 65_535


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--port", type=int, default=0, help="default: 0, any free port")
    parser.add_argument("--state", metavar="DIR", help="keep the workspace in this folder")
    parser.add_argument(
        "--seed", metavar="FILE", help="YAML or JSON: users, channels, tokens of a new workspace"
    )
    parser.add_argument("--rate-limits", action="store_true", help="enforce Slack's rate limits")
    parser.add_argument(
        "--ready-file", metavar="FILE", help="write JSON with the address once it listens"
    )
    parser.add_argument(
        "--until-parent-exits", action="store_true", help="exit when the starting process exits"
    )
    parser.add_argument(
        "--export", metavar="HTML", help="write the page of --state as one file and exit"
    )
    parser.add_argument("--channel", metavar="NAME", help="the channel to export")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM, or export."""
    if args.export:
        return _export(args)
    if not 0 <= args.port <= _LAST_PORT:  # the resolver would take it modulo 65536
        raise RequestError(
            f"the sandbox cannot listen on port {args.port}", hint="ports end at 65535"
        )
    seed = _seed(args.seed)
    parent = os.getppid()
    over = _signals()
    with _sandbox(args, seed) as sandbox:
        print(f"Slack sandbox: {sandbox.page_url}")
        print(f"  export SLACK_WRAPPER_BASE_URL={sandbox.api_url}")
        print(f"  token: {sandbox.token}", flush=True)
        if args.ready_file:
            ready = {
                "url": sandbox.url,
                "page_url": sandbox.page_url,
                "api_url": sandbox.api_url,
                "token": sandbox.token,
                "key": sandbox.key,
                "pid": os.getpid(),
            }
            atomic_files.write(args.ready_file, json.dumps(ready).encode(), mode=0o600)
        while not over.wait(_PARENT_POLL if args.until_parent_exits else None):
            if os.getppid() != parent:
                break
    return 0


def _sandbox(args: argparse.Namespace, seed: dict[str, Any] | None) -> Sandbox:
    try:
        return Sandbox(port=args.port, folder=args.state, seed=seed, rate_limits=args.rate_limits)
    except (ValueError, KeyError):
        raise RequestError(
            f"{args.state}/state.json is damaged", hint="remove the folder to start from scratch"
        ) from None
    except (OSError, SystemExit) as error:
        if isinstance(error, OSError) and error.filename:
            raise RequestError(
                f"{error.filename}: {error.strerror}", hint="give a folder that can be written"
            ) from None
        raise RequestError(
            f"the sandbox cannot listen on port {args.port}",
            hint="another program has it; leave --port out to take any that is free",
        ) from None


def _seed(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    try:
        seed = from_yaml(read_text(name))
        check_seed(seed)
    except OSError as error:
        raise RequestError(f"{name}: {error.strerror}", hint="give a file that exists") from None
    except ValueError as error:
        raise RequestError(
            f"{name} is not a seed: {str(error).splitlines()[0]}", hint="see docs/sandbox.md"
        ) from None
    return dict(seed)


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
    store = Store(args.state)
    if args.channel and store.channel_by_name(args.channel) is None:
        names = ", ".join(one["name"] for one in store.data["channels"])
        raise RequestError(f"there is no channel {args.channel}", hint=f"there are: {names}")
    try:
        print(page.export(store, Path(args.export), args.channel))
    except OSError as error:
        raise RequestError(
            f"{args.export}: {error.strerror}", hint="give a place that can be written"
        ) from None
    return 0


def _signals() -> threading.Event:
    """Return what is set by Ctrl-C or SIGTERM."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    return over
