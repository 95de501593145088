"""`slack-wrapper manifest`: the Slack app, ready to be created with one click."""

from __future__ import annotations

import argparse
import json
from urllib.parse import quote

from slack_wrapper.common import console
from slack_wrapper.errors import RequestError

# feature → scopes; https://docs.slack.dev/reference/scopes
FEATURES = {
    "message": ("chat:write", "chat:write.public"),
    "file": ("files:write", "files:read", "channels:read", "groups:read"),
    "settle": ("channels:history", "groups:history", "im:history"),
    "approval": ("reactions:read", "reactions:write"),
    "people": ("users:read", "users:read.email", "usergroups:read", "im:write"),
}
_ABOUT = {
    "message": "post messages, in public channels without joining them",
    "file": "post files, find channels by name, confirm that a file is shared",
    "settle": "find out whether a post whose answer was lost was carried out",
    "approval": "read the reactions that answer a question, offer them to be clicked",
    "people": "mention people and groups by e-mail or handle, send direct messages",
}
# https://docs.slack.dev/reference/app-manifest
NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
_MAX_NAME = 35  # of display_information.name, same page


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    about = "; ".join(f"{name}: {text}" for name, text in _ABOUT.items())
    parser.add_argument(
        "--features",
        default=",".join(FEATURES),
        help=f"comma-separated, all by default ({about})",
    )
    parser.add_argument("--name", default="Snakemake", help="name of the app and its bot")
    parser.add_argument("--json", action="store_true", help="print manifest and link as JSON")
    parser.add_argument("--url-only", action="store_true", help="print only the link")


def features(value: str) -> list[str]:
    """Return the features of a comma-separated list.

    Raises:
        RequestError: one is not known, or none is named.
    """
    wanted = [name.strip() for name in value.split(",") if name.strip()]
    unknown = sorted(set(wanted) - set(FEATURES))
    if unknown or not wanted:
        what = f"there is no feature {unknown[0]}" if unknown else "no feature is named"
        raise RequestError(what, hint=f"features are: {', '.join(FEATURES)}")
    return wanted


def run(args: argparse.Namespace) -> int:
    """Print the manifest and the link that opens Slack's form with it filled in."""
    wanted = features(args.features)
    if not 0 < len(args.name) <= _MAX_NAME:
        raise RequestError(
            f"the app's name has {len(args.name)} characters", hint=f"Slack takes 1 to {_MAX_NAME}"
        )
    content = manifest(args.name, wanted)
    url = link(args.name, wanted)
    if args.url_only:
        console.show(url)
        return 0
    if args.json:
        console.show(json.dumps({"manifest": content, "url": url}, indent=2))
        return 0
    console.show(json.dumps(content, indent=2))
    console.show(f"\nCreate the app with this manifest:\n{url}")
    return 0


def link(name: str, features: list[str]) -> str:
    """Return the address of Slack's form for a new app, filled in."""
    content = json.dumps(manifest(name, features), separators=(",", ":"))
    return NEW_APP + quote(content, safe="")


def manifest(name: str, features: list[str]) -> dict[str, object]:
    """Return the app manifest with exactly the scopes that the features need."""
    scopes = sorted({scope for feature in features for scope in FEATURES[feature]})
    return {
        "display_information": {
            "name": name,
            "description": "Posts the results of Snakemake workflows",
        },
        "features": {"bot_user": {"display_name": name.lower(), "always_online": False}},
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
