"""A workflow that posts what a librec-auto study posted: its `slack:` config and its Snakefile."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from slack_wrapper import config
from slack_wrapper.common import atomic_files
from slack_wrapper.errors import RequestError, os_reason
from slack_wrapper.librec.study import Script, Study

CONFIG, SNAKEFILE = "config.yaml", "Snakefile"
_ABOUT = """\
# Taken from a librec-auto study by `slack-wrapper import-librec`. Every key: docs/config.md.
# The password is not here: it comes from the keyring, a command, or one prompt at the start.
"""
_WORKFLOW = f"""\
# Posts what the librec-auto study posted. In this folder: snakemake --cores 1
configfile: "{CONFIG}"


import slack_wrapper


include: slack_wrapper.rules("slack.smk")


# The posts depend on the files that they name. librec-auto makes these, before; or rules of your
# own do, and then a file that changes is posted again.
rule all:
    default_target: True
    input:
        rules.slack_posts.input,
"""


def section(study: Study, out: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the `slack:` section of a study, and the name of each post by its script's place.

    What all posts share stands once. A message waits for the files that the study posts, as
    librec-auto posts when all is done.

    Args:
        study: its posts come in their order.
        out: working directory of the workflow, which paths are made relative to.
    """
    posts: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    files = [_path(script.params["file"], study, out) for script in study.posts if script.is_file]
    for script in study.posts:
        post: dict[str, Any] = {key: value for key, value in script.params.items() if key != "file"}
        if script.is_file:
            post["file"] = _path(script.params["file"], study, out)
        elif files:
            post["input"] = list(dict.fromkeys(files))
        if "encrypted_key" in post:
            post["encrypted_key"] = _path(post["encrypted_key"], study, out)
        names[script.place] = _name(script, posts)
        posts[names[script.place]] = post
    return {**_shared(posts), "posts": posts}, names


def write(slack: dict[str, Any], out: Path) -> list[Path]:
    """Write the config and the Snakefile into a folder that has neither.

    Raises:
        RequestError: one is there already, or cannot be written.
        ConfigError: a value that Slack steps cannot have.
    """
    config.validate(slack)
    text = _ABOUT + yaml.safe_dump(
        {config.SECTION: slack}, sort_keys=False, allow_unicode=True, width=1000
    )
    contents = {out / CONFIG: text, out / SNAKEFILE: _WORKFLOW}
    for path in contents:
        if path.exists():
            raise RequestError(
                f"{path} is there already, and stays", hint="give another folder: --out DIR"
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            atomic_files.write(path, content.encode())
    except OSError as error:
        raise RequestError(
            f"{out} cannot be written: {os_reason(error)}", hint="give another folder: --out DIR"
        ) from None
    return list(contents)


def _shared(posts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Take what most posts say of channel and key out of those posts, and return it."""
    found = {}
    for key in ("channel", "encrypted_key"):
        values = Counter(post[key] for post in posts.values() if key in post)
        if values and all(key in post for post in posts.values()):
            found[key] = values.most_common(1)[0][0]
            for post in posts.values():
                if post[key] == found[key]:
                    del post[key]
    return found


def _path(path: str, study: Study, out: Path) -> str:
    """Return a path of a study, as it is seen from the workflow's folder."""
    if os.path.isabs(path) or study.folder.resolve() == out.resolve():  # noqa: PTH117
        return path
    return os.path.relpath(study.folder.resolve() / path, out.resolve())


def _name(script: Script, taken: dict[str, Any]) -> str:
    """Return a name for a post that can be a file name and is not taken."""
    text = Path(script.params["file"]).stem if script.is_file else script.params["option"]
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or "file"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
